import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import { QueueGauge } from '#transports/queue-gauge.ts';
import { WriteBatch } from '#transports/write-batch.ts';
import { DEFAULT_CLOSE_CODE, DEFAULT_CLOSE_REASON, ignore, type SockJsConnection } from './connection.ts';
import type { SockJsSettings } from './options.ts';
import { closeSocket, messageText, sendMessage } from './websocket-messages.ts';

/** `<prefix>/websocket`: a message is a WebSocket message, nothing else is sent (Vert.x Web, "SockJS"). */
export class RawWebSocket implements SockJsConnection {
  readonly transport = 'raw-websocket' as const;
  readonly protocol = 'raw' as const;
  readonly request: IncomingMessage;
  onMessage: (text: string) => void = ignore;
  onGarbage: () => void = ignore;
  onClose: () => void = ignore;
  readonly #socket: WebSocket;
  readonly #batch: WriteBatch;
  readonly #gauge: QueueGauge;
  /** The official Java client understands nothing but binary; who sends text gets text. */
  #binary = true;
  #closed = false;

  constructor(request: IncomingMessage, socket: WebSocket, settings: SockJsSettings) {
    this.request = request;
    this.#socket = socket;
    this.#batch = new WriteBatch(request.socket, settings.maxQueuedBytes);
    this.#gauge = new QueueGauge(
      settings.maxQueuedBytes,
      () => this.queuedBytes,
      () => this.#batch.flush(),
    );
    socket.on('message', (data, isBinary) => {
      if (this.#closed) return;
      this.#binary = isBinary;
      const text = messageText(data);
      if (text === undefined) this.onGarbage();
      else this.#batch.receiving(() => this.onMessage(text));
    });
    socket.on('close', () => this.#markClosed());
    socket.on('error', ignore); // ws closes with the right code by itself (1002, 1007, 1009) and 'close' follows
  }

  get isGone(): boolean {
    return this.#socket.readyState !== WebSocket.OPEN;
  }

  get queuedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  send(text: string): void {
    if (this.#closed) return;
    if (this.#gauge.isOverfull()) {
      this.#socket.terminate(); // a close frame would only queue up behind what the client does not read
      return this.#markClosed();
    }
    this.#batch.open();
    sendMessage(this.#socket, Buffer.from(text), this.#binary);
  }

  close(code = DEFAULT_CLOSE_CODE, reason = DEFAULT_CLOSE_REASON): void {
    if (this.#closed) return;
    closeSocket(this.#socket, code, reason);
    this.#markClosed();
  }

  #markClosed(): void {
    if (this.#closed) return;
    this.#closed = true;
    queueMicrotask(() => this.onClose());
  }
}
