import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import { closeFrame, HEARTBEAT_FRAME, OPEN_FRAME } from '#protocol/sockjs-frames.ts';
import { readWebSocketMessage } from '#protocol/sockjs-upstream.ts';
import { QueueGauge } from '#transports/queue-gauge.ts';
import { Alarm } from './alarm.ts';
import { DEFAULT_CLOSE_CODE, DEFAULT_CLOSE_REASON, ignore, type SockJsConnection } from './connection.ts';
import { MessageTurns } from './message-turns.ts';
import type { SockJsSettings } from './options.ts';
import { Outbox } from './outbox.ts';
import { HEARTBEAT_MS } from './timing.ts';
import { closeSocket, messageText, sendMessage } from './websocket-messages.ts';

/** `<prefix>/<server>/<session>/websocket`: SockJS frames, one a WebSocket text message. Its session id means nothing. */
export class FramedWebSocket implements SockJsConnection {
  readonly transport = 'websocket' as const;
  readonly protocol = 'framed' as const;
  readonly request: IncomingMessage;
  onMessage: (text: string) => void = ignore;
  onGarbage: () => void = ignore;
  onClose: () => void = ignore;
  readonly #socket: WebSocket;
  readonly #gauge: QueueGauge;
  readonly #outbox = new Outbox(() => this.#flush());
  readonly #turns = new MessageTurns((text) => this.onMessage(text));
  readonly #alarm: Alarm;
  #closed = false;

  constructor(request: IncomingMessage, socket: WebSocket, settings: SockJsSettings) {
    this.request = request;
    this.#socket = socket;
    this.#gauge = new QueueGauge(
      settings.maxQueuedBytes,
      () => this.queuedBytes,
      () => this.#flush(),
    );
    this.#alarm = new Alarm(settings.clock);
    socket.on('message', (data) => this.#receive(messageText(data)));
    // After what has come before it.
    socket.on('close', () => this.#turns.put([], () => this.#markClosed()));
    socket.on('error', ignore); // ws closes with the right code by itself (1002, 1007, 1009) and 'close' follows
    this.#write(OPEN_FRAME);
    this.#armHeartbeat();
  }

  get isGone(): boolean {
    return this.#socket.readyState !== WebSocket.OPEN;
  }

  get queuedBytes(): number {
    return this.#outbox.bytes + this.#socket.bufferedAmount;
  }

  send(text: string): void {
    if (this.#closed) return;
    if (!this.#gauge.isOverfull()) return this.#outbox.put(text);
    this.#outbox.clear();
    this.#socket.terminate(); // a reason would only queue up behind what the client does not read
    this.#markClosed();
  }

  close(code = DEFAULT_CLOSE_CODE, reason = DEFAULT_CLOSE_REASON): void {
    if (this.#closed) return;
    this.#flush();
    this.#write(closeFrame(code, reason));
    this.#shut(1000, 'Normal closure');
  }

  /** Reads no further for now. */
  pause(): void {
    this.#socket.pause();
  }

  /** Reads on, unless what was read is still waiting for its turns. */
  readonly resume = (): void => {
    if (this.#turns.waiting === 0) this.#socket.resume();
  };

  #receive(payload: string | undefined): void {
    if (this.#closed) return;
    const messages = payload === undefined ? undefined : readWebSocketMessage(payload);
    if (!messages) return this.#shut(DEFAULT_CLOSE_CODE, 'Broken framing.');
    this.#turns.put(messages, this.resume);
    if (this.#turns.waiting > 0) this.pause();
  }

  #armHeartbeat(): void {
    this.#alarm.set(HEARTBEAT_MS, () => {
      this.#armHeartbeat();
      this.#write(HEARTBEAT_FRAME);
    });
  }

  #flush(): void {
    const frame = this.#outbox.take();
    if (frame !== undefined) this.#write(frame);
  }

  #write(frame: string): void {
    sendMessage(this.#socket, Buffer.from(frame), false);
  }

  #shut(code: number, reason: string): void {
    closeSocket(this.#socket, code, reason);
    this.#markClosed();
  }

  #markClosed(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#turns.stop();
    this.#alarm.cancel();
    queueMicrotask(() => this.onClose());
  }
}
