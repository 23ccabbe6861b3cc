import type { Failure } from '#core/failure.ts';
import type { Headers, Message } from '#core/message.ts';

/** A successful answer. */
type Reply = {
  readonly body: unknown;
  readonly headers: Headers;
  /** There when whoever answered wants an answer in turn. */
  readonly respond?: Respond;
  /** How long he waits for it (milliseconds); as long as the requester did, when absent. */
  readonly timeoutMs?: number;
};

/** What became of a request: an answer, or a `Failure`. */
export type Outcome = Reply | Failure;

/** Tells the requester; only the first call counts. */
export type Respond = (outcome: Outcome) => void;

/** A message as a consumer gets it. */
export type Delivery = Message & {
  readonly kind: 'send' | 'publish';
  /** There when the sender waits for an answer. */
  readonly respond?: Respond;
  /** How long the sender waits for it (milliseconds). */
  readonly timeoutMs?: number;
};

/** Receives the messages of an address. What it throws is logged and harms nobody. */
export type Consumer = (delivery: Delivery) => void;

/** A consumer's place at an address. */
export type Registration = {
  /** Ends it; twice is harmless. */
  unregister(): void;
};
