import type { Call } from '#core/call.ts';
import type { Failure } from '#core/failure.ts';
import type { Change } from './change.ts';

/** A file that a job made: streamed to disk, named and typed by its content. */
export type JobFile = {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly media_type: string;
};

/** Takes the bytes of a result that is too large for a message. */
export type JobFileSink = {
  /** Resolves when the chunk may be forgotten. Rejects with a `Failure` when the disk is full; no half file is left. */
  write(chunk: Uint8Array): Promise<void>;
  /** Ends the file; `name` is what the client sees. */
  finish(name: string, mediaType: string): Promise<JobFile>;
  /** Drops it. */
  discard(): Promise<void>;
};

/** What following a job may use. */
export type JobContext = {
  readonly call: Call;
  /** May whoever ordered it see phones, cards and e-mails? */
  readonly showPersonalData: boolean;
  /** A new file of this job; one that was begun before a restart is gone. */
  openFile(): Promise<JobFileSink>;
};

/** How far a job has come: still on its way, finished, or failed. */
export type JobStep<Result> =
  | {
      readonly state: 'ordered' | 'running';
      /** 0–1; null where the vendor does not tell. */
      readonly progress: number | null;
      /** Ask again no earlier (milliseconds). */
      readonly againInMs: number;
    }
  | { readonly result: Result; readonly file?: JobFile }
  | { readonly failure: Failure };

/**
 * A report that takes minutes, as its vendor declares it: ordered once, then followed until it has ended. When the
 * steps run, how often and after which restart is decided by `operations/`.
 *
 * `Ordered` is JSON, goes to disk as it is and says how the vendor knows the report; it must hold no secret.
 */
export type Job<Data = unknown, Evidence = unknown, Ordered = unknown, Result = unknown> = {
  /** Throws `BUS_INVALID_DATA` for `data` that fits its schema and cannot be ordered all the same. */
  check?(data: Data): void;
  /**
   * `data` as it is written down, with what the configuration says where the client says nothing: the job stays the same
   * when the configuration changes. Throws as `check` does.
   */
  complete?(data: Data): Data;
  /** Orders of the same lane are made one after the other; without it all orders of the account are. */
  laneOf?(data: Data): string;
  /** The order is a change: it happens once, and a lost answer is settled by reading. */
  readonly order: Change<Data, Evidence, Ordered>;
  /**
   * One look at the vendor. Rejects when it cannot be read now and has to be asked again; what it rejects with a
   * refusal (`VENDOR_REJECTED`) has failed.
   */
  follow(ordered: Ordered, context: JobContext): Promise<JobStep<Result>>;
  /** Tells the vendor that nobody wants it any more; already gone is done. */
  cancel?(ordered: Ordered, context: JobContext): Promise<void>;
};
