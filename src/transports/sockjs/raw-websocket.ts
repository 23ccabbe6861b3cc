import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import { DEFAULT_CLOSE_CODE, DEFAULT_CLOSE_REASON, ignore, type SockJsConnection } from './connection.ts';
import type { SockJsSettings } from './options.ts';
import { closeSocket, messageText, sendMessage } from './websocket-messages.ts';

/** `<prefix>/websocket`: a message is a WebSocket message, nothing else is sent (Vert.x Web, "SockJS"). */
export class RawWebSocket implements SockJsConnection {
  readonly transport = 'raw-websocket' as const;
  readonly protocol = 'raw' as const;
  readonly request: IncomingMessage;
  onMessage: (text: string) => void = ignore;
  onClose: () => void = ignore;
  readonly #socket: WebSocket;
  readonly #settings: SockJsSettings;
  /** The official Java client understands nothing but binary; who sends text gets text. */
  #binary = true;
  #corked = false;
  #closed = false;

  constructor(request: IncomingMessage, socket: WebSocket, settings: SockJsSettings) {
    this.request = request;
    this.#socket = socket;
    this.#settings = settings;
    socket.on('message', (data, isBinary) => {
      if (this.#closed) return;
      this.#binary = isBinary;
      this.onMessage(messageText(data));
    });
    socket.on('close', () => this.#markClosed());
    socket.on('error', ignore); // ws closes with the right code by itself (1002, 1007, 1009) and 'close' follows
  }

  get queuedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  send(text: string): void {
    if (this.#closed) return;
    this.#cork();
    sendMessage(this.#socket, Buffer.from(text), this.#binary);
    if (this.queuedBytes <= this.#settings.maxQueuedBytes) return;
    this.#socket.terminate(); // a close frame would only queue up behind what the client does not read
    this.#markClosed();
  }

  close(code = DEFAULT_CLOSE_CODE, reason = DEFAULT_CLOSE_REASON): void {
    if (this.#closed) return;
    closeSocket(this.#socket, code, reason);
    this.#markClosed();
  }

  /** Holds writes back for the rest of this turn of the event loop: many messages, one system call. */
  #cork(): void {
    if (this.#corked) return;
    this.#corked = true;
    const { socket } = this.request;
    socket.cork();
    setImmediate(() => {
      this.#corked = false;
      socket.uncork();
    });
  }

  #markClosed(): void {
    if (this.#closed) return;
    this.#closed = true;
    queueMicrotask(() => this.onClose());
  }
}
