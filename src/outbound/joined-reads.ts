import type { Call } from '#core/call.ts';
import { SharedCall } from './shared-call.ts';

export type JoinedReads = {
  /**
   * Runs the read, or joins the run of the same key that is under way. Every requester gets the same value,
   * which none may change, or leaves when its own signal is aborted, with `VENDOR_TIMEOUT` (something was sent) or
   * `BUS_TIMEOUT`. `key` is whatever makes two reads of a scope the same.
   */
  read<T>(scope: string, key: string, call: Call, run: (shared: Call) => Promise<T>): Promise<T>;
  /** After a change: reads of the scope that are under way began before it and are not joined any more. */
  forget(scope: string): void;
  /** The same of every scope, when what is asked has become another. */
  forgetAll(): void;
};

/** One vendor call for all who ask the same while it is under way. */
export function createJoinedReads(): JoinedReads {
  const underWay = new Map<string, Map<string, SharedCall<unknown>>>();

  async function begin(
    scope: string,
    key: string,
    shared: SharedCall<unknown>,
    run: (shared: Call) => Promise<unknown>,
  ): Promise<void> {
    const ofScope = underWay.get(scope) ?? new Map<string, SharedCall<unknown>>();
    underWay.set(scope, ofScope.set(key, shared));
    await shared.run(run);
    if (ofScope.get(key) === shared) ofScope.delete(key);
    // Another one may have taken its place since the scope was forgotten.
    if (ofScope.size === 0 && underWay.get(scope) === ofScope) underWay.delete(scope);
  }

  return {
    read<T>(scope: string, key: string, call: Call, run: (shared: Call) => Promise<T>): Promise<T> {
      const known = underWay.get(scope)?.get(key);
      const shared = known?.isUnderWay ? known : new SharedCall<unknown>(call);
      const result = shared.join(call);
      if (shared !== known) void begin(scope, key, shared, run);
      // The key says what is read, so what joins it reads a T too.
      return result as Promise<T>;
    },
    forget: (scope) => void underWay.delete(scope),
    forgetAll: () => underWay.clear(),
  };
}
