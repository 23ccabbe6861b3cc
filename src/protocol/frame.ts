import type { Failure } from '#core/failure.ts';
import type { Headers } from '#core/message.ts';

/** How the sender of a frame wants to be answered; a dialect makes it and gets it back with the answer. */
export type ReplyTo = {
  /** Where the sender waits; null when it named no address. */
  readonly replyAddress: string | null;
  /** The sender spells `replyAddress` (iKassa before tsrv 1.x) and is answered in kind. Only the AVQ dialect sets it. */
  readonly camelCase: boolean;
};

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
    | { readonly kind: 'invalid'; readonly failure: Failure }
  );

/** A message on its way to a client that registered its address. */
export type OutgoingDelivery = {
  readonly kind: 'send' | 'publish';
  readonly address: string;
  /** Where an answer is expected; null when none is wanted. */
  readonly replyAddress: string | null;
  readonly headers: Headers;
  readonly body: unknown;
};

/** A dialect: bytes and text of one client protocol to frames and back. Pure; knows no sockets and no timers. */
export type Dialect = {
  readonly name: string;
  /** A `send` without a reply address is answered all the same. */
  readonly alwaysAnswers: boolean;
  read(text: string): Frame;
  /** The success of a `send`; `replyAddress` is where the answerer wants to go on, if it does. */
  writeReply(to: ReplyTo, body: unknown, headers: Headers, replyAddress: string | null): string;
  /** The failure of a `send`, or a frame refused before it was carried out. */
  writeFailure(to: ReplyTo, failure: Failure): string;
  writeDelivery(delivery: OutgoingDelivery, camelCase: boolean): string;
  /** The answer to a ping; undefined where the dialect has none. */
  writePong(to: ReplyTo): string | undefined;
};
