import type { Failure } from '#core/failure.ts';
import type { Headers } from '#core/message.ts';
import type { Refusal, RefusalReason } from './refusal.ts';

/** How the sender of a frame wants to be answered; a dialect makes it and gets it back with the answer. */
export type ReplyTo = {
  /** Where the sender waits; null when it named no address. */
  readonly replyAddress: string | null;
  /** The sender spells `replyAddress` (iKassa before tsrv 1.x) and is answered in kind. Only the AVQ dialect sets it. */
  readonly camelCase: boolean;
};

/** A frame that is answered with a failure, as far as the answer speaks of it. */
export type Asked = ReplyTo & {
  readonly address?: string;
  readonly headers?: Headers;
  /** The bus's own address where the answer was awaited; only of a time-out. */
  readonly awaitedAt?: string;
};

/** Who is answered when nobody can be told from the frame. */
export const NOBODY: ReplyTo = Object.freeze({ replyAddress: null, camelCase: false });

/** A client's intent, whatever dialect it spoke. `invalid` is a frame that could not be read, and why. */
export type Frame = ReplyTo &
  (
    | { readonly kind: 'send'; readonly address: string; readonly headers: Headers; readonly body: unknown }
    | {
        readonly kind: 'publish';
        readonly address: string;
        readonly headers: Headers;
        readonly body: unknown;
      }
    | {
        readonly kind: 'fail';
        readonly address: string;
        readonly headers: Headers;
        readonly failure: Failure;
      }
    | { readonly kind: 'register'; readonly address: string; readonly headers: Headers }
    | { readonly kind: 'unregister'; readonly address: string; readonly headers: Headers }
    | { readonly kind: 'ping' | 'pong'; readonly headers: Headers }
    | { readonly kind: 'invalid'; readonly refusal: Refusal }
  );

export type FrameOf<K extends Frame['kind']> = Extract<Frame, { kind: K }>;

/** A frame that says something. */
export type ReadableFrame = Exclude<Frame, { kind: 'invalid' }>;

/** A message on its way to a client that registered its address. */
export type OutgoingDelivery = {
  readonly kind: 'send' | 'publish';
  readonly address: string;
  /** Where an answer is expected; null when none is wanted. */
  readonly replyAddress: string | null;
  readonly headers: Headers;
  readonly body: unknown;
};

/** What a dialect lets one connection have; `Infinity` where it sets no limit. */
export type DialectLimits = {
  /** Registrations and requests without an answer, together. */
  readonly maxHandlers: number;
  /** Of an address that is registered (characters). */
  readonly maxAddressLength: number;
  /** Of the reply address of a `send` or `publish` (characters). */
  readonly maxReplyAddressLength: number;
  /** How long answers are waited for where the message does not say (milliseconds). */
  readonly replyTimeoutMs: number;
};

/** When a connection that says nothing counts as dead. */
type Liveness = {
  /** Looked at this often; closed when nothing came for as long (milliseconds). */
  readonly pingTimeoutMs: number;
  /** Everything that comes is a sign of life, not only a ping. */
  readonly anyFrame: boolean;
};

/**
 * A dialect: bytes and text of one client protocol to frames and back, and how far its rules differ from the
 * others'. Pure; knows no sockets and no timers.
 */
export type Dialect = {
  readonly name: string;
  /** A `send` without a reply address is answered all the same. */
  readonly alwaysAnswers: boolean;
  /** An address where nobody is, is told as such and not refused, as long as no rules are configured. */
  readonly tellsUnknownAddresses: boolean;
  /** A `publish` to a reply address counts as the answer, too. */
  readonly answersByPublish: boolean;
  /** The bridge hook is asked about its messages. */
  readonly hasHooks: boolean;
  readonly limits: DialectLimits;
  /** Undefined where silence is fine. */
  readonly liveness: Liveness | undefined;
  read(text: string): Frame;
  /** How long the sender of these headers waits (milliseconds). */
  timeoutOf(headers: Headers): number;
  /** The headers as a consumer, or a service, gets them: less what is meant for the bus, in our spelling. */
  headersFor(receiver: 'consumer' | 'service', headers: Headers): Headers;
  /** The success of a `send`; `replyAddress` is where the answerer wants to go on, if it does. */
  writeReply(to: ReplyTo, body: unknown, headers: Headers, replyAddress: string | null): string;
  /** The failure of a `send` that was carried out. */
  writeFailure(to: Asked, failure: Failure): string;
  /** A frame that is not carried out; undefined for a reason that this dialect keeps to itself. */
  writeRefusal(to: Asked, refusal: Refusal): string | undefined;
  writeDelivery(delivery: OutgoingDelivery, camelCase: boolean): string;
  /** The answer to a ping; undefined where the dialect has none. */
  writePong(to: ReplyTo): string | undefined;
  /** The acknowledgement of a registration; undefined where there is none. */
  writeRegistered(address: string): string | undefined;
};

/** What a Vert.x dialect says for each reason; null: nothing. */
export type RefusalTokens = Readonly<Record<RefusalReason, string | null>>;
