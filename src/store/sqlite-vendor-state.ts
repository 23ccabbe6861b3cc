import type { DatabaseSync } from 'node:sqlite';
import { parseJson } from '#core/json.ts';
import type { VendorState } from '#domain/vendor-state.ts';
import type { GroupCommit } from './group-commit.ts';

/** The memories of all accounts, kept apart by their names. */
export function createVendorStates(
  database: DatabaseSync,
  commit: GroupCommit,
): (account: string) => VendorState {
  const select = database.prepare(
    'SELECT value FROM vendor_state WHERE account = ? AND register = ? AND key = ?',
  );
  const put = database.prepare(
    `INSERT INTO vendor_state (account, register, key, value) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET value = excluded.value`,
  );
  const remove = database.prepare('DELETE FROM vendor_state WHERE account = ? AND register = ? AND key = ?');

  return (account) => ({
    read: (register, key) =>
      commit.read(() => {
        const value = select.get(account, register, key)?.value;
        return typeof value === 'string' ? parseJson(value) : undefined;
      }),
    async write(register, key, value) {
      const text = JSON.stringify(value);
      await commit.write(() =>
        text === undefined ? remove.run(account, register, key) : put.run(account, register, key, text),
      );
    },
  });
}
