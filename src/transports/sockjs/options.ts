import type { IncomingMessage } from 'node:http';
import { type Clock, systemClock } from '#core/clock.ts';
import type { SockJsConnection } from './connection.ts';

export type SockJsOptions = {
  /** Path under which everything lives, such as `/eventbus`; no slash at the end. */
  readonly prefix: string;
  /** Called once for each new connection, right after it is open; assigns its handlers. Must not throw. */
  readonly open: (connection: SockJsConnection) => void;
  /** ms between `h` frames on an idle or busy connection, 25 000. Raw WebSockets have none. */
  readonly heartbeatMs?: number;
  /** ms an HTTP session lives without a receiving request, 5 000. */
  readonly disconnectDelayMs?: number;
  /** Bytes of frames after which a streaming response ends and the client asks again, 131 072. */
  readonly maxBytesStreaming?: number;
  /** Largest message from a client, bytes, 262 144: a WebSocket message as it is on the wire, or one string of a POST. */
  readonly maxMessageBytes?: number;
  /** Largest POST body, bytes, 1 048 576: clients put all they have queued into one. */
  readonly maxBodyBytes?: number;
  /** Most fragments of one WebSocket message, 64. */
  readonly maxFragments?: number;
  /** Most bytes queued for one client, 4 194 304; one that does not keep up is closed. */
  readonly maxQueuedBytes?: number;
  /** Most HTTP sessions at a time, 10 000; beyond, a new one is answered 503. They are not bounded by sockets. */
  readonly maxSessions?: number;
  /** Whether both WebSocket endpoints exist, true. */
  readonly websocket?: boolean;
  /**
   * Whether iframe, htmlfile and jsonp exist, true. They carry no `Origin` of the page that uses them: where
   * `allowOrigin` has to protect something, set this to false. Only browsers older than 2012 need them.
   */
  readonly legacyTransports?: boolean;
  /** Whether session responses set `JSESSIONID` for load balancers that stick to it, false. */
  readonly cookieNeeded?: boolean;
  /** Where the iframe page loads sockjs-client from. */
  readonly clientUrl?: string;
  /** Asked for every request with an `Origin`; false is answered 403. By default everyone is welcome. */
  readonly allowOrigin?: (origin: string, request: IncomingMessage) => boolean;
  readonly clock?: Clock;
};

/** The options with nothing left out. */
export type SockJsSettings = Required<SockJsOptions>;

const DEFAULTS = {
  heartbeatMs: 25_000,
  disconnectDelayMs: 5_000,
  maxBytesStreaming: 131_072,
  maxMessageBytes: 262_144,
  maxBodyBytes: 1_048_576,
  maxFragments: 64,
  maxQueuedBytes: 4_194_304,
  maxSessions: 10_000,
  websocket: true,
  legacyTransports: true,
  cookieNeeded: false,
  clientUrl: 'https://cdn.jsdelivr.net/npm/sockjs-client@1/dist/sockjs.min.js',
  allowOrigin: () => true,
  clock: systemClock,
};

/** @throws {Error} for a prefix that no request could ever match. */
export function completeOptions(options: SockJsOptions): SockJsSettings {
  if (!/^(\/.*[^/])?$/.test(options.prefix)) {
    throw new Error(`SockJS prefix must start with a slash and not end with one: "${options.prefix}"`);
  }
  return { ...DEFAULTS, ...options };
}
