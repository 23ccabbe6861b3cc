import type { Call } from '#core/call.ts';
import type { HttpRequest, HttpResponse } from '#core/http.ts';
import type { HttpClient } from '#core/http-client.ts';
import { readJson } from '#outbound/answer.ts';
import { complainAbout, statusFailure } from './failures.ts';
import { type Complain, type Envelope, readEnvelope } from './wire.ts';

/** Every task goes to the same place; what it is stands in its body ('White Server API v2'). */
const PATH = '/wsserverlp/api/v2/aggregators/Create';

type Task = { readonly taskType: string; readonly params?: unknown };

type SendOptions = Pick<HttpRequest, 'effect' | 'timeoutMs'>;

/** An answer of White Server, with the HTTP status for `details`. */
export type TaskAnswer = {
  readonly envelope: Envelope;
  readonly status: number;
  readonly complain: Complain;
};

export type Tasks = {
  readonly http: HttpClient;
  /** Resolves with any answer that is White Server's own, failed or not; else rejects with a `Failure`. */
  send(task: Task, options: SendOptions, call: Call): Promise<TaskAnswer>;
};

function readAnswer(response: HttpResponse, http: HttpClient): TaskAnswer {
  const complain = complainAbout(response, http);
  return { envelope: readEnvelope(readJson(response, http), complain), status: response.status, complain };
}

/** A failure that White Server explains itself, whatever its HTTP status. */
function explained(response: HttpResponse, http: HttpClient): TaskAnswer | undefined {
  try {
    const answer = readAnswer(response, http);
    return answer.envelope.errors.length > 0 ? answer : undefined;
  } catch {
    return undefined;
  }
}

/** `authentication` is the value of the header that White Server knows an aggregator by. */
export function createTasks(http: HttpClient, authentication: string): Tasks {
  const headers = {
    aggregatorauthentication: authentication,
    'content-type': 'application/json; charset=utf-8',
  };
  return {
    http,
    async send(task, options, call) {
      const response = await http.send({ method: 'POST', path: PATH, headers, body: task, ...options }, call);
      if (response.status >= 200 && response.status < 300) return readAnswer(response, http);
      const answer = explained(response, http);
      if (answer) return answer;
      throw statusFailure(response, http);
    },
  };
}
