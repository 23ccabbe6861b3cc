import type { Call } from '#core/call.ts';
import { Failure } from '#core/failure.ts';
import type { HttpRequest, HttpResponse } from '#core/http.ts';
import type { HttpClient } from '#core/http-client.ts';
import type { ForwardedMessage } from '#domain/vendor.ts';
import { readJson } from '#outbound/answer.ts';
import { vendorFailure } from '#outbound/vendor-failure.ts';
import { statusFailure, unreadable } from './failures.ts';
import { readAnswer, type UpstreamAnswer } from './wire.ts';

/** How a message goes: a read that settles a change passes an open breaker. */
export type Sending = Pick<HttpRequest, 'settling'> & { readonly effect: 'read' | 'change' };

/** `POST /tsrv`: the `data` of the answer as it came; rejects with the upstream's own failure. */
export async function forward(
  http: HttpClient,
  { address, replyAddress, data, headers }: ForwardedMessage,
  sending: Sending,
  call: Call,
): Promise<unknown> {
  const { effect } = sending;
  const body = { type: 'send', address, reply_address: replyAddress, data, headers };
  const response = await http.send({ method: 'POST', path: '/tsrv', body, ...sending }, call);
  const answer = readUpstream(response, effect, http);
  if (answer?.type === 'send') return answer.data;
  if (answer) throw Failure.told(answer);
  if (response.status !== 200) throw statusFailure(response, effect, http);
  throw vendorFailure(effect === 'read' ? 'VENDOR_BAD_RESPONSE' : 'VENDOR_OUTCOME_UNKNOWN', http, {
    status: response.status,
    code: 'not_a_message',
    message: 'ответ не похож на сообщение tsrv',
  });
}

/** The Message in the answer; undefined when it is JSON, and no Message. */
function readUpstream(
  response: HttpResponse,
  effect: 'read' | 'change',
  http: HttpClient,
): UpstreamAnswer | undefined {
  try {
    return readAnswer(readJson(response, http));
  } catch (error) {
    throw response.status === 200 ? unreadable(error, effect, http) : statusFailure(response, effect, http);
  }
}

/** A question of our own about a register. */
export function ask(
  http: HttpClient,
  address: string,
  headers: Readonly<Record<string, string>>,
  call: Call,
  settling: Pick<HttpRequest, 'settling'> = {},
): Promise<unknown> {
  return forward(
    http,
    { address, replyAddress: null, data: null, headers },
    { effect: 'read', ...settling },
    call,
  );
}

/** Services of a register's shift. */
export const SHIFT_ADDRESS = 'ik.service.token.shift';

/** `get_x_report` of the register. */
export function askXReport(
  http: HttpClient,
  token: string,
  call: Call,
  settling: Pick<HttpRequest, 'settling'> = {},
): Promise<unknown> {
  return ask(http, SHIFT_ADDRESS, { action: 'get_x_report', token }, call, settling);
}
