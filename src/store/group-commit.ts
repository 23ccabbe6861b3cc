/** The part of a database that a transaction needs. */
export type Transactional = {
  exec(sql: string): void;
  /** Is a transaction open? */
  readonly isTransaction: boolean;
};

type Write = {
  readonly run: () => unknown;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
};

export type GroupCommit = {
  /** Runs the write in the next transaction; resolves with its result once that is on disk. */
  write<T>(run: () => T): Promise<T>;
  /** Runs at once, and does not see what waits. */
  read<T>(run: () => T): Promise<T>;
  /** Commits at once what waits. */
  flush(): void;
};

/**
 * Whatever is written within one turn of the event loop goes into one transaction, so that they share the one
 * wait for the disk. If it fails, none of them was written and all of them reject.
 */
export function createGroupCommit(database: Transactional, toError: (caught: unknown) => Error): GroupCommit {
  let waiting: Write[] = [];

  function commit(writes: readonly Write[]): unknown[] {
    try {
      database.exec('BEGIN IMMEDIATE');
      const results = writes.map(({ run }) => run());
      database.exec('COMMIT');
      return results;
    } catch (error) {
      // SQLite has rolled back by itself after some errors, a full disk among them.
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  }

  function flush(): void {
    if (waiting.length === 0) return;
    const writes = waiting;
    waiting = [];
    try {
      const results = commit(writes);
      for (const [index, { resolve }] of writes.entries()) resolve(results[index]);
    } catch (caught) {
      const error = toError(caught);
      for (const { reject } of writes) reject(error);
    }
  }

  return {
    write<T>(run: () => T) {
      return new Promise<T>((resolve, reject) => {
        if (waiting.length === 0) setImmediate(flush);
        // The result is what this very `run` returns.
        waiting.push({ run, resolve: resolve as (result: unknown) => void, reject });
      });
    },
    async read(run) {
      try {
        return run();
      } catch (caught) {
        throw toError(caught);
      }
    },
    flush,
  };
}
