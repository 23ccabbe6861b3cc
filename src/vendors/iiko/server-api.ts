import type { Call } from '#core/call.ts';
import type { HttpRequest, HttpResponse } from '#core/http.ts';
import type { HttpClient } from '#core/http-client.ts';
import { readJson } from '#outbound/answer.ts';
import { vendorFailure } from '#outbound/vendor-failure.ts';
import { failureOf } from './failures.ts';
import type { Session } from './session.ts';
import type { Complain } from './wire.ts';

/** A path below `/resto/api/v2` and what is asked of it. */
export type ServerQuestion = Pick<HttpRequest, 'query' | 'settling'> & {
  readonly path: string;
  /** A `document` is made by being asked for; harmless, but not to be asked for idly. */
  readonly effect: 'read' | 'document';
};

/** The calls of one server, whose answers are read into our vocabulary. */
export type ServerApi = {
  readonly http: HttpClient;
  /** IANA; in which the server's times are read. */
  readonly zone: string;
  /** Asks and reads the JSON of the answer. Throws whatever {@link failureOf} makes of a refusal. */
  ask<T>(question: ServerQuestion, call: Call, read: (body: unknown, complain: Complain) => T): Promise<T>;
  /** The one call that changes something: 004_… "Принятие кассовой смены". Never repeated. */
  save<T>(body: unknown, call: Call, read: (response: HttpResponse, complain: Complain) => T): Promise<T>;
};

const V2 = '/resto/api/v2';

export function createServerApi(session: Session, http: HttpClient, zone: string): ServerApi {
  const complainAbout =
    ({ status }: HttpResponse): Complain =>
    (code, message) =>
      vendorFailure('VENDOR_BAD_RESPONSE', http, { status, code, message });

  async function send(request: HttpRequest, call: Call): Promise<HttpResponse> {
    const response = await session.send(request, call);
    if (response.status !== 200) throw failureOf(response, http);
    return response;
  }

  return {
    http,
    zone,
    async ask({ path, ...question }, call, read) {
      const response = await send({ method: 'GET', path: V2 + path, ...question }, call);
      return read(readJson(response, http), complainAbout(response));
    },
    async save(body, call, read) {
      const headers = { 'content-type': 'application/json; charset=utf-8' };
      const path = `${V2}/cashshifts/save`;
      const response = await send({ method: 'POST', path, headers, body, effect: 'change' }, call);
      return read(response, complainAbout(response));
    },
  };
}
