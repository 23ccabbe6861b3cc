import type { VendorState } from '#domain/vendor-state.ts';
import type { JobFiles } from './job-files.ts';
import type { JobTable } from './job-table.ts';

/** What makes an operation one: the client's own id, unique for that client at that register or account. */
export type OperationKey = {
  /** Its name, or `anonymous`. */
  readonly client: string;
  /** The register or account. */
  readonly scope: string;
  /** Chosen by the client, or by the bus. */
  readonly id: string;
};

/** One operation as it is kept. What its status, evidence and outcome mean is not the store's business. */
export type OperationRecord = OperationKey & {
  readonly address: string;
  readonly action: string;
  /** The configured account's name. */
  readonly account: string;
  /** The register; null for a change of the account itself. */
  readonly token: string | null;
  /** A hash of what was asked for. */
  readonly contents: string;
  readonly showPersonalData: boolean;
  readonly isDoubtful: boolean;
  readonly status: string;
  /** JSON texts. */
  readonly evidence: string | null;
  readonly outcome: string | null;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly sentAt: number | null;
  /** Null while it is half-way. */
  readonly endedAt: number | null;
};

/** A record and the number of its version, by which two writers are kept from overwriting each other. */
export type Versioned = { readonly record: OperationRecord; readonly revision: number };

/** The revision of what is not there. */
export const ABSENT = 0;

export type OperationTable = {
  read(key: OperationKey): Promise<Versioned | undefined>;
  /**
   * Compare-and-set: writes only if the stored revision is `expected` (`ABSENT`: if there is none) and resolves
   * with the new one when the record is on disk, or with undefined, having written nothing.
   */
  write(record: OperationRecord, expected: number): Promise<number | undefined>;
  /** The latest `sentAt` at that register or account; null when nothing was sent to it. */
  lastSentAt(scope: string): Promise<number | null>;
  /** Every operation without an end, oldest first. */
  readHalfWay(): Promise<Versioned[]>;
  /** Forgets what ended before that time (milliseconds since the epoch); resolves with how many. */
  prune(endedBefore: number): Promise<number>;
};

/**
 * What survives a restart. Asynchronous whatever the engine; every write resolves only when a power cut cannot
 * undo it any more, and rejects with a `StoreError` otherwise.
 */
export type Store = {
  readonly operations: OperationTable;
  readonly jobs: JobTable;
  readonly jobFiles: JobFiles;
  /** What one account's vendor remembers. */
  vendorState(account: string): VendorState;
  /** Writes what was handed in before; whatever comes afterwards is refused. */
  close(): Promise<void>;
};
