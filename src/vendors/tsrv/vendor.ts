import { Type } from 'typebox';
import type { Call } from '#core/call.ts';
import { Failure } from '#core/failure.ts';
import type { HttpResponse } from '#core/http.ts';
import type { HttpClient } from '#core/http-client.ts';
import { isJsonObject } from '#core/json.ts';
import type { Report } from '#domain/report.ts';
import { type ForwardedMessage } from '#domain/vendor.ts';
import { defineVendor } from '#domain/vendor-definition.ts';
import { readJson } from '#outbound/answer.ts';
import { vendorFailure } from '#outbound/vendor-failure.ts';
import { statusFailure, unreadable } from './failures.ts';
import { readAnswer, type UpstreamAnswer } from './wire.ts';

const Forward = Type.Object(
  {
    address: Type.String({ description: 'an address outside ik.service.* that this upstream serves' }),
    actions: Type.Optional(Type.Array(Type.String(), { description: 'only these actions; all without it' })),
  },
  { additionalProperties: false },
);

/** The iKassa software cash register (BY). It speaks our own protocol, so that messages pass through as they are. */
export const tsrv = defineVendor({
  kind: 'tsrv',
  accountConfig: Type.Object(
    { forward: Type.Optional(Type.Array(Forward)) },
    { additionalProperties: false },
  ),
  deviceConfig: Type.Object({}, { additionalProperties: false }),
  actions: [],
  concurrency: 16,
  create({ http }) {
    const forward = (message: ForwardedMessage, effect: 'read' | 'change', call: Call) =>
      forwardTo(http, message, effect, call);
    const ask = (address: string, headers: Record<string, string>, call: Call) =>
      forward({ address, replyAddress: null, data: null, headers }, 'read', call);
    return {
      forward,
      register: ({ token }) => ({
        getXReport: (call) =>
          // Forwarded as it came: the router logs a shape of its own, and never refuses it.
          ask('ik.service.token.shift', { action: 'get_x_report', token }, call) as Promise<Report>,
        async describe(call, refresh) {
          const headers = {
            action: 'get_token_by_serial',
            token,
            ...(refresh && { 'tokens.refresh': 'true' }),
          };
          const told = await ask('ik.service.token', headers, call);
          return isJsonObject(told) ? told : {};
        },
      }),
      close: () => Promise.resolve(),
    };
  },
});

async function forwardTo(
  http: HttpClient,
  { address, replyAddress, data, headers }: ForwardedMessage,
  effect: 'read' | 'change',
  call: Call,
): Promise<unknown> {
  const body = { type: 'send', address, reply_address: replyAddress, data, headers };
  const response = await http.send({ method: 'POST', path: '/tsrv', body, effect }, call);
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
