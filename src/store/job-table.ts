/** One job as it is kept. What its state and texts mean is not the store's business. */
export type JobRecord = {
  /** UUID. */
  readonly id: string;
  /** Who ordered it: its name, or `anonymous`. */
  readonly client: string;
  /** The register or account that the client's id is unique at. */
  readonly scope: string;
  /** Chosen by the client, or else the job's own id. */
  readonly operationId: string;
  readonly address: string;
  readonly action: string;
  /** The configured account's name. */
  readonly account: string;
  /** The register; null for a job of the account itself. */
  readonly token: string | null;
  /** A hash of what was asked for. */
  readonly contents: string;
  readonly showPersonalData: boolean;
  readonly state: string;
  /** 0–1; null when it is not known. */
  readonly progress: number | null;
  /** JSON texts. */
  readonly data: string;
  readonly ordered: string | null;
  readonly result: string | null;
  readonly failure: string | null;
  /** The file's description, JSON. */
  readonly file: string | null;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly deadlineAt: number;
  /** Null until it has ended. */
  readonly expiresAt: number | null;
};

export type JobQuery = {
  /** Only this client's; of everybody when absent. */
  readonly client?: string | undefined;
  readonly state?: string | undefined;
  readonly address?: string | undefined;
  readonly action?: string | undefined;
  /** Only jobs that were written before this one. */
  readonly beforeId?: string | undefined;
  /** Only jobs that were created before this time (milliseconds since the epoch). */
  readonly beforeMs?: number | undefined;
  /** Only jobs that have not expired then (milliseconds since the epoch). */
  readonly now: number;
  readonly limit: number;
  /** The texts of all rows together; one row comes in any case. */
  readonly maxBytes: number;
};

/** Written by one process at a time, which alone carries the jobs of an account out. */
export type JobTable = {
  read(id: string): Promise<JobRecord | undefined>;
  /** The job that a client's operation is. */
  findOperation(key: Pick<JobRecord, 'client' | 'scope' | 'operationId'>): Promise<JobRecord | undefined>;
  /** Writes a new job, unless that client's operation is one already: then that one is the answer, and stays. */
  insert(record: JobRecord): Promise<JobRecord | undefined>;
  /** Writes what has become of a job. */
  update(record: JobRecord): Promise<void>;
  /** Newest first. */
  list(query: JobQuery): Promise<JobRecord[]>;
  /** Every job that has not ended, oldest first. */
  readLive(): Promise<JobRecord[]>;
  /** Forgets the jobs that have expired by then (milliseconds since the epoch); resolves with their ids. */
  prune(now: number): Promise<string[]>;
};
