import { randomUUID } from 'node:crypto';
import Big from 'big.js';
import { isJsonObject } from '#core/json.ts';
import { kkmAnswer, shiftAnswer } from './kassa24-answers.ts';
import { addReceipt } from './kassa24-receipts.ts';
import { endShift, sellingShift } from './kassa24-shifts.ts';
import { addShift, type Kassa24State, type Kkm, SECTIONS } from './kassa24-state.ts';
import { expireTokens } from './kassa24-tokens.ts';

const DAY_MS = 24 * 3_600_000;

/** Nobody's id among the cashiers of the configuration. */
const FOREIGN_CASHIER_ID = 9999;

type Change = (state: Kassa24State, kkm: Kkm, value: unknown) => void;

function isTrue(key: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw new Error(`${key} is true or false`);
  return value;
}

function setShift(state: Kassa24State, kkm: Kkm, value: unknown): void {
  const now = state.clock.now();
  if (value !== 'open' && value !== 'closed' && value !== 'expired') {
    throw new Error('shift is "open", "closed" or "expired"');
  }
  const current = kkm.shift?.dateClose === undefined ? kkm.shift : undefined;
  if (value === 'closed') {
    if (current) endShift(current, now);
    return;
  }
  const shift = current ?? addShift(state, kkm, kkm.cashier, now);
  if (value === 'expired') shift.dateOpen = now - DAY_MS;
}

function sell(state: Kassa24State, kkm: Kkm, value: unknown): { readonly data: unknown } {
  if (!isJsonObject(value)) throw new Error('sell is {"cash"?, "non_cash"?, "section"?}');
  const shift = sellingShift(state, kkm);
  if ('refused' in shift) throw new Error('no sale: the shift is closed or expired, or the register blocked');
  const { cash = '0', non_cash = '0', section = SECTIONS[0]?.id } = value;
  const price = new Big(String(cash)).plus(String(non_cash)).toFixed(2);
  const outcome = addReceipt(state, shift, 'Sales', {
    IdDomain: 1,
    Cash: cash,
    NonCash: non_cash,
    Total: price,
    Positions: [{ Name: 'Товар', IdSection: section, Price: price }],
  });
  if ('refused' in outcome) throw new Error(JSON.stringify(outcome.refused.body));
  return outcome;
}

function setInProgress(kkm: Kkm, value: unknown): void {
  if (typeof value === 'number') kkm.inProgress = value;
  else kkm.inProgress = isTrue('in_progress', value) ? Number.POSITIVE_INFINITY : 0;
}

function setForeignCashier(kkm: Kkm, foreign: boolean): void {
  if (kkm.shift) kkm.shift.idUser = foreign ? FOREIGN_CASHIER_ID : kkm.cashier.id;
}

const CHANGES: Readonly<Record<string, Change>> = {
  shift: setShift,
  /** `GET /kkms/:id` goes on telling the id of the shift that has been closed. */
  stale_id_shift: (_state, kkm, value) => {
    kkm.staleIdShift = isTrue('stale_id_shift', value);
  },
  blocked: (_state, kkm, value) => {
    kkm.blocked = isTrue('blocked', value);
  },
  access: (_state, kkm, value) => {
    kkm.accessible = isTrue('access', value);
  },
  foreign_cashier: (_state, kkm, value) => setForeignCashier(kkm, isTrue('foreign_cashier', value)),
  /** The cashier of the register has an open shift somewhere. */
  cashier_busy: (_state, kkm, value) => {
    kkm.cashier.busyElsewhere = isTrue('cashier_busy', value);
  },
  /** `true` until `false`, or how many calls. */
  in_progress: (_state, kkm, value) => setInProgress(kkm, value),
  sell: (state, kkm, value) => void sell(state, kkm, value),
  /** A sale of another program, under the Uid that the register has told us. */
  sell_elsewhere: (state, kkm, value) => {
    kkm.executed.set(kkm.uid, sell(state, kkm, value));
    kkm.uid = randomUUID();
  },
  /** The register's Uid goes on without us, as after an operation of somebody else. */
  rotate_uid: (_state, kkm, value) => {
    if (isTrue('rotate_uid', value)) kkm.uid = randomUUID();
  },
  silent_uid: (_state, kkm, value) => {
    kkm.silentUid = isTrue('silent_uid', value);
  },
};

/**
 * `{"expire_tokens": true}`, or `{"id_kkm": n, …}` with any of `shift`, `stale_id_shift`, `blocked`, `access`,
 * `foreign_cashier`, `cashier_busy`, `in_progress`, `sell`, `sell_elsewhere`, `rotate_uid`,
 * `silent_uid`, applied in the order given.
 */
export function control(state: Kassa24State, change: Readonly<Record<string, unknown>>): unknown {
  const { id_kkm, expire_tokens, ...changes } = change;
  if (expire_tokens !== undefined && isTrue('expire_tokens', expire_tokens)) expireTokens(state);
  if (id_kkm === undefined && Object.keys(changes).length === 0) return { tokens: state.tokens.size };
  const kkm = state.kkms.get(Number(id_kkm));
  if (!kkm) throw new Error(`id_kkm is one of ${[...state.kkms.keys()].join(', ')}`);
  for (const [key, value] of Object.entries(changes)) {
    const apply = CHANGES[key];
    if (!apply) throw new Error(`${key} is none of ${Object.keys(CHANGES).join(', ')}`);
    apply(state, kkm, value);
  }
  const shifts = [...state.shifts.values()].filter((shift) => shift.kkm === kkm);
  return {
    kkm: kkmAnswer(kkm),
    shift: kkm.shift ? shiftAnswer(state, kkm.shift) : null,
    uid: kkm.uid,
    shifts: shifts.map(({ id, dateClose, zReports }) => ({
      id,
      open: dateClose === undefined,
      z_reports: zReports,
    })),
  };
}
