/** A file that grows. Everything rejects with a `StoreError`: `full` when there is no room left on the disk. */
export type GrowingFile = {
  /** Resolves when the chunk may be forgotten. */
  write(chunk: Uint8Array): Promise<void>;
  /** Ends it: from now on it is there whole, also after a power cut. Until then nobody sees it. */
  finish(): Promise<{ readonly size: number; readonly sha256: string }>;
  /** Drops it; harmless when it has ended. */
  discard(): Promise<void>;
};

/** The files of jobs, one a job, by its id. */
export type JobFiles = {
  /** A new file in place of whatever there is. */
  create(id: string): Promise<GrowingFile>;
  /** The bytes of a whole file; undefined when there is none. */
  read(id: string): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** Harmless when there is none. */
  remove(id: string): Promise<void>;
  /** Removes what was left half-way, and whatever is of no job that `isKept` knows. */
  sweep(isKept: (id: string) => Promise<boolean>): Promise<void>;
};
