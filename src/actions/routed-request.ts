import type { Exchange } from '#core/call.ts';
import type { Signal } from '#core/cancellation.ts';
import type { Failure } from '#core/failure.ts';
import type { Flow } from '#core/flow.ts';
import type { Headers } from '#core/message.ts';
import type { ActionClient } from '#domain/action.ts';

/** A request for a service, and what the bus hands in with it. */
export type RoutedRequest = {
  readonly address: string;
  readonly replyAddress: string | null;
  readonly headers: Headers;
  readonly body: unknown;
  readonly client: ActionClient;
  readonly signal: Signal;
  readonly exchanges: Exchange[];
  /** Whose turn its calls take at an account. */
  readonly flow?: Flow | undefined;
  /** Is there room for it, which asks so many registers? Asked last, before anything is done. */
  readonly admit: (parts?: number) => Failure | undefined;
};

/** Throws when there is no room for the request. */
export function admit(request: RoutedRequest, parts?: number): void {
  const refusal = request.admit(parts);
  if (refusal) throw refusal;
}
