import type { Signal } from '#core/cancellation.ts';
import type { Clock } from '#core/clock.ts';
import type { DownloadingHttpClient } from '#core/http-client.ts';
import type { Log } from '#core/log.ts';
import type { BreakerState } from './breaker.ts';

export type HttpClientOptions = {
  /** The vendor's kind, `kassa24`. */
  readonly vendor: string;
  /** The configured account's name. */
  readonly account: string;
  /** Origin and, optionally, a path that every request's path is put after. */
  readonly baseUrl: string;
  /** The longest that one attempt may take. */
  readonly timeoutMs: number;
  /** How many attempts may be under way at once. */
  readonly concurrency: number;
  readonly perSecond?: number;
  /** A certificate authority besides the machine's own, PEM. */
  readonly ca?: string;
  readonly tlsVerify: boolean;
  /** Sent with every request. */
  readonly headers: Readonly<Record<string, string>>;
  /** Of an answer's body, packed and unpacked. */
  readonly maxResponseBytes: number;
  readonly clock: Clock;
  /** Bound to the account: its lines do not name it. */
  readonly log: Log;
};

/** How an account's vendor is doing. Times in milliseconds since the epoch, null: not yet. */
export type AccountHealth = {
  readonly breaker: BreakerState;
  readonly lastSuccess: number | null;
  readonly lastFailure: number | null;
};

export type AccountHttp = DownloadingHttpClient & {
  /** The configured secrets of the account and its registers; those known before stay known. */
  keepSecrets(secrets: readonly string[]): void;
  /** Resolves when no call has been under way for so long (milliseconds); rejects when the signal is aborted. */
  quiet(forMs: number, signal: Signal): Promise<void>;
  /** Waits for what is under way; whatever is sent afterwards is refused. */
  close(): Promise<void>;
  health(): AccountHealth;
};
