import type { IncomingMessage } from 'node:http';
import { closeFrame, HEARTBEAT_FRAME, OPEN_FRAME } from '#protocol/sockjs-frames.ts';
import type { SockJsHttpTransport } from '#protocol/sockjs-framings.ts';
import { QueueGauge } from '#transports/queue-gauge.ts';
import { Alarm } from './alarm.ts';
import {
  DEFAULT_CLOSE_CODE,
  DEFAULT_CLOSE_REASON,
  ignore,
  SLOW_CONSUMER_CODE,
  SLOW_CONSUMER_REASON,
  type SockJsConnection,
} from './connection.ts';
import { MessageTurns } from './message-turns.ts';
import type { SockJsSettings } from './options.ts';
import { Outbox } from './outbox.ts';
import type { Receiver } from './receiver.ts';
import { DISCONNECT_DELAY_MS, HEARTBEAT_MS } from './timing.ts';

/** Clients send the next body after the answer to the last one. */
const BODIES_WAITING = 16;

const ANOTHER_CONNECTION = closeFrame(2010, 'Another connection still open');

type SessionStart = {
  readonly request: IncomingMessage;
  readonly transport: SockJsHttpTransport;
  readonly settings: SockJsSettings;
  /** The session is over and its id is free again. */
  readonly forget: () => void;
};

/**
 * A connection made of many HTTP requests: at most one that receives, any number that send (sockjs-protocol "Session URLs", "Handling close").
 * Open until closed by us; then it repeats its close frame to whoever asks, until nobody has for a while.
 */
export class HttpSession implements SockJsConnection {
  readonly protocol = 'framed' as const;
  readonly request: IncomingMessage;
  readonly transport: SockJsHttpTransport;
  onMessage: (text: string) => void = ignore;
  onGarbage: () => void = ignore;
  onClose: () => void = ignore;
  readonly #gauge: QueueGauge;
  readonly #forget: () => void;
  readonly #outbox = new Outbox(() => this.#flush());
  readonly #turns = new MessageTurns((text) => this.onMessage(text));
  readonly #alarm: Alarm;
  #receiver: Receiver | undefined;
  /** Set once this side has closed. */
  #lastFrame: string | undefined;
  #closed = false;

  /** `receiver` is that of the request that opened the session; it gets the open frame. */
  constructor({ request, transport, settings, forget }: SessionStart, receiver: Receiver) {
    this.request = request;
    this.transport = transport;
    this.#gauge = new QueueGauge(
      settings.maxQueuedBytes,
      () => this.queuedBytes,
      () => this.#flush(),
    );
    this.#forget = forget;
    this.#alarm = new Alarm(settings.clock);
    this.#attach(receiver);
    this.#write(OPEN_FRAME);
  }

  get isGone(): boolean {
    return this.#closed;
  }

  get queuedBytes(): number {
    return this.#outbox.bytes + (this.#receiver?.queuedBytes ?? 0);
  }

  send(text: string): void {
    if (this.#closed) return;
    if (this.#gauge.isOverfull()) this.#dropSlowConsumer();
    else this.#outbox.put(text);
  }

  close(code = DEFAULT_CLOSE_CODE, reason = DEFAULT_CLOSE_REASON): void {
    if (this.#closed) return;
    this.#flush();
    this.#lastFrame = closeFrame(code, reason);
    const receiver = this.#receiver;
    if (receiver) {
      receiver.write(this.#lastFrame);
      receiver.end();
    }
    this.#detach();
    this.#markClosed();
  }

  /** The messages of one of the client's sending requests; not heard any more once closed. False when too many wait already. */
  deliver(messages: readonly string[], onTaken: () => void): boolean {
    if (this.#turns.waiting >= BODIES_WAITING) return false;
    this.#turns.put(messages, onTaken);
    return true;
  }

  /** A further receiving request of the client. */
  receive(receiver: Receiver): void {
    if (this.#receiver) {
      receiver.write(ANOTHER_CONNECTION);
      receiver.end();
      return;
    }
    if (this.#lastFrame === undefined) {
      this.#attach(receiver);
      this.#flush();
    } else {
      this.#repeatClose(receiver, this.#lastFrame);
    }
  }

  /** Forgets everything at once, without a word to the client. */
  end(): void {
    this.#alarm.cancel();
    this.#outbox.clear();
    this.#receiver?.destroy();
    this.#receiver = undefined;
    this.#forget();
    this.#markClosed();
  }

  #attach(receiver: Receiver): void {
    this.#receiver = receiver;
    receiver.onAbort = () => this.end(); // what was under way is lost, so the session is
    this.#armHeartbeat();
  }

  #detach(): void {
    this.#receiver = undefined;
    this.#alarm.set(DISCONNECT_DELAY_MS, () => this.end());
  }

  #armHeartbeat(): void {
    this.#alarm.set(HEARTBEAT_MS, () => {
      this.#armHeartbeat();
      this.#write(HEARTBEAT_FRAME);
    });
  }

  #flush(): void {
    if (!this.#receiver) return;
    const frame = this.#outbox.take();
    if (frame !== undefined) this.#write(frame);
  }

  #write(frame: string): void {
    this.#receiver?.write(frame);
    if (this.#receiver?.ended) this.#detach();
  }

  /** What was sent before the close still comes before its frame, if need be in a response of its own. */
  #repeatClose(receiver: Receiver, lastFrame: string): void {
    const pending = this.#outbox.take();
    if (pending !== undefined) receiver.write(pending);
    receiver.write(lastFrame);
    receiver.end();
    this.#detach();
  }

  #dropSlowConsumer(): void {
    this.#outbox.clear();
    this.#receiver?.destroy();
    this.#receiver = undefined;
    this.close(SLOW_CONSUMER_CODE, SLOW_CONSUMER_REASON);
  }

  #markClosed(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#turns.stop();
    queueMicrotask(() => this.onClose());
  }
}
