import type { IncomingMessage } from 'node:http';
import type { SockJsHttpTransport } from '#protocol/sockjs-framings.ts';

/**
 * One client, however it is connected. Made by the server, handed to `open`, which assigns the handlers
 * before it returns. No handler may throw.
 */
export type SockJsConnection = {
  /** The request that opened it: url, headers, remote address. */
  readonly request: IncomingMessage;
  readonly transport: 'websocket' | 'raw-websocket' | SockJsHttpTransport;
  /** `raw` has no frames of SockJS: a message is a WebSocket message (Vert.x Web, "SockJS"). */
  readonly protocol: 'framed' | 'raw';
  /** Bytes accepted by `send` and not yet handed to the kernel, or waiting for the client's next poll. */
  readonly queuedBytes: number;
  /** Nothing that is sent will be read, though what the client has sent is still being taken. */
  readonly isGone: boolean;
  /**
   * Queues one message. What is sent in one turn of the event loop leaves in one write. Ignored once closed;
   * more than `maxQueuedBytes` in the queue closes the connection (code 1008 "Slow consumer" where it can be told).
   */
  send(text: string): void;
  /**
   * Says why and closes, by default 3000 "Go away!". Framed: any code, in the frame `c[code,"reason"]`. Raw: a
   * WebSocket close code (1000–1014 or 3000–4999) and at most 123 bytes of reason, the rest is cut off.
   * The second call does nothing.
   */
  close(code?: number, reason?: string): void;
  /** One message from the client; never called after `onClose`. */
  onMessage: (text: string) => void;
  /** Instead of `onMessage` for a `raw` message that is not UTF-8; where there are frames, it breaks the framing. */
  onGarbage: () => void;
  /** The end, whoever wanted it; called once, never inside `send` or `close`. */
  onClose: () => void;
};

export const DEFAULT_CLOSE_CODE = 3000;
export const DEFAULT_CLOSE_REASON = 'Go away!';
export const SLOW_CONSUMER_CODE = 1008;
export const SLOW_CONSUMER_REASON = 'Slow consumer';

/** What a handler is until the opener assigns one. */
export function ignore(): void {}
