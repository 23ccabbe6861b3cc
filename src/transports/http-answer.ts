import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Failure } from '#core/failure.ts';
import { type Dialect, NOBODY } from '#protocol/frame.ts';
import { answerUpgrade } from './upgrade-answer.ts';

const JSON_TYPE = 'application/json; charset=utf-8';

/** The status of a Message that was not understood or not taken; every other Message is 200 whatever it answers. */
const STATUS: Readonly<Record<string, number>> = {
  BUS_MALFORMED_MESSAGE: 400,
  BUS_UNKNOWN_TYPE: 400,
  BUS_NOT_AUTHENTICATED: 401,
  BUS_RATE_LIMITED: 429,
  BUS_OVERLOADED: 503,
};

/** What else a status obliges to (RFC 9110 11.6.1, 10.2.3). */
const STATUS_HEADERS: Readonly<Record<number, Record<string, string>>> = {
  401: { 'www-authenticate': 'Bearer' },
  429: { 'retry-after': '1' },
  503: { 'retry-after': '1' },
};

export function statusOf(failure: Failure | undefined): number {
  return failure === undefined || failure.foreign ? 200 : (STATUS[failure.name] ?? 200);
}

/** Writes one Message as the whole answer, and tells its length (bytes). */
export function writeMessage(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Record<string, string> = {},
): number {
  if (response.headersSent || response.destroyed) return 0;
  const bytes = Buffer.byteLength(text);
  response.writeHead(status, {
    'content-type': JSON_TYPE,
    'content-length': bytes,
    'cache-control': 'no-store',
    ...STATUS_HEADERS[status],
    ...headers,
  });
  response.end(text);
  return bytes;
}

/** Answers a request that never became a Message with an `error` Message. */
export function writeRefusal(
  response: ServerResponse,
  dialect: Dialect,
  status: number,
  failure: Failure,
  headers: Record<string, string> = {},
): void {
  writeMessage(response, status, dialect.writeFailure(NOBODY, failure), headers);
}

/** The same for an upgrade request. */
export function refuseUpgrade(
  socket: Duplex,
  dialect: Dialect,
  status: number,
  failure: Failure,
  more: Readonly<Record<string, string>> = {},
): void {
  const headers = { 'content-type': JSON_TYPE, ...STATUS_HEADERS[status], ...more };
  answerUpgrade(socket, status, { text: dialect.writeFailure(NOBODY, failure), headers });
}
