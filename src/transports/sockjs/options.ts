import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Clock, systemClock } from '#core/clock.ts';
import type { BodyRoom } from '#transports/http-body.ts';
import type { SockJsConnection } from './connection.ts';

export type SockJsOptions = {
  /** Path under which everything lives, such as `/eventbus`; no slash at the end. */
  readonly prefix: string;
  /** Called once for each new connection, right after it is open; assigns its handlers. Must not throw. */
  readonly open: (connection: SockJsConnection) => void;
  /**
   * Asked before `/info`, and every request of an HTTP session, is served; without a connection the request would
   * begin one. False when it is not to be served: the response is then answered. By default all are.
   */
  readonly admit?: (
    request: IncomingMessage,
    response: ServerResponse,
    connection: SockJsConnection | undefined,
  ) => boolean;
  /** Bytes of frames after which a streaming response ends and the client asks again, 131 072; the suites want 4096. */
  readonly maxBytesStreaming?: number;
  /** Largest message from a client, bytes, 262 144: a WebSocket message as it is on the wire, or one string of a POST. */
  readonly maxMessageBytes?: number;
  /** Most fragments of one WebSocket message, 64. */
  readonly maxFragments?: number;
  /** Most bytes queued for one client, 4 194 304; one that does not keep up is closed. */
  readonly maxQueuedBytes?: number;
  /** Most HTTP sessions at a time, 10 000; beyond, a new one is answered 503. They are not bounded by sockets. */
  readonly maxSessions?: number;
  /** Where the bodies of sending requests are counted while they are read; by default there is room for all. */
  readonly bodyRoom?: (request: IncomingMessage) => BodyRoom;
  /** Whether both WebSocket endpoints exist, true; the suites want a service without. */
  readonly websocket?: boolean;
  /**
   * Whether iframe, htmlfile and jsonp exist, true. They carry no `Origin` of the page that uses them: where
   * origins are checked, set this to false. Only browsers older than 2012 need them.
   */
  readonly legacyTransports?: boolean;
  /** Whether session responses set `JSESSIONID` for load balancers that stick to it, false; the suites want a service with it. */
  readonly cookieNeeded?: boolean;
  readonly clock?: Clock;
};

/** The options with nothing left out. */
export type SockJsSettings = Required<SockJsOptions>;

const DEFAULTS = {
  admit: () => true,
  bodyRoom: () => ({ take: () => true, give: () => {} }),
  maxBytesStreaming: 131_072,
  maxMessageBytes: 262_144,
  maxFragments: 64,
  maxQueuedBytes: 4_194_304,
  maxSessions: 10_000,
  websocket: true,
  legacyTransports: true,
  cookieNeeded: false,
  clock: systemClock,
};

/** @throws {Error} for a prefix that no request could ever match. */
export function completeOptions(options: SockJsOptions): SockJsSettings {
  if (!/^(\/.*[^/])?$/.test(options.prefix)) {
    throw new Error(`SockJS prefix must start with a slash and not end with one: "${options.prefix}"`);
  }
  return { ...DEFAULTS, ...options };
}
