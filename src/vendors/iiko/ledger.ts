import type { Call } from '#core/call.ts';
import type { Clock } from '#core/clock.ts';
import type { ServerApi } from './server-api.ts';
import { type Complain, type Spellings, WireObject } from './wire.ts';

/** An account of the restaurant's books. */
type LedgerAccount = {
  readonly name: string | null;
  readonly type: string | null;
  readonly deleted: boolean;
};

/** By their ids in lower case. */
export type LedgerAccounts = ReadonlyMap<string, LedgerAccount>;

/** The chart of accounts of one server, remembered for an hour. */
export type Ledger = {
  /** Reads the accounts anew where one of `ids` is not among those remembered, and for a fresh call. */
  accounts(ids: readonly string[], call: Call): Promise<LedgerAccounts>;
};

const REMEMBERED_MS = 3_600_000;

const SPELLINGS = { id: [], name: [], type: [], deleted: [] } as const satisfies Spellings;

function toAccount(row: unknown, complain: Complain): [string, LedgerAccount] {
  const account = new WireObject(row, SPELLINGS, complain);
  const id = account.required('id', account.text('id'));
  const { name, type } = { name: account.text('name'), type: account.text('type') };
  return [id.toLowerCase(), { name, type, deleted: String(account.any('deleted')) === 'true' }];
}

function toAccounts(body: unknown, complain: Complain): LedgerAccounts {
  if (!Array.isArray(body)) throw complain('wrong_type', 'вместо списка счетов пришло другое значение');
  return new Map(body.map((row) => toAccount(row, complain)));
}

export function createLedger(api: ServerApi, clock: Clock): Ledger {
  let known: { readonly accounts: LedgerAccounts; readonly untilMs: number } | undefined;
  const query = [['includeDeleted', 'true'] as const, ['revisionFrom', '-1'] as const];

  return {
    async accounts(ids, call) {
      const isFit =
        known !== undefined &&
        !call.fresh &&
        clock.now() < known.untilMs &&
        ids.every((id) => known?.accounts.has(id.toLowerCase()));
      if (known && isFit) return known.accounts;
      const question = { path: '/entities/accounts/list', query, effect: 'read' } as const;
      const accounts = await api.ask(question, call, toAccounts);
      known = { accounts, untilMs: clock.now() + REMEMBERED_MS };
      return accounts;
    },
  };
}
