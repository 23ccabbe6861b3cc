import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { defineVendorChange } from '#domain/action.ts';
import type { Change } from '#domain/change.ts';
import type { ShiftChangeData } from '#domain/vendor.ts';
import type { Desk, Kassa24Port } from './desk.ts';
import { FIGURES, nullable, Time, Total } from './reply-schemas.ts';
import { type Closed, createClosing } from './shift-closing.ts';
import { ShiftDate } from './shift-date.ts';
import { inWords, toData } from './vocabulary.ts';

const Reply = Type.Object({
  ...FIGURES,
  total: Type.Optional(nullable(Total)),
  date_open: Time,
  date_close: Time,
  date_report_taken: Time,
});

/** What a shift's information knows of its Z report. */
const KNOWN_OF_SHIFT = [
  'kkm',
  'balance_open',
  'balance_close',
  'balance_close_non_cash',
  'date_open',
  'date_close',
] as const;

/**
 * The Z report; where its body was lost for good, what the shift's information tells, the figures null. The shift is
 * closed, so that nothing in it may keep that from being told.
 */
function toReply({ z, shift }: Closed, desk: Desk, showPersonalData: boolean): Static<typeof Reply> {
  if (z) return toData(Reply, z.answer, desk.time, showPersonalData);
  const told = shift ? inWords(shift, desk.time, showPersonalData) : {};
  const fits = (key: (typeof KNOWN_OF_SHIFT)[number]) => Value.Check(Reply.properties[key], told[key]);
  const known = KNOWN_OF_SHIFT.map((key) => [key, fits(key) ? (told[key] ?? null) : null]);
  return { ...Object.fromEntries(known), operations: null, count: null, total: null };
}

/** 001_… 'POST /shifts/:IdShift/z'. */
export const closeShift = defineVendorChange<Kassa24Port>()({
  address: 'kassa24.shift',
  action: 'close_shift',
  target: { register: 'kassa24' },
  request: ShiftDate,
  reply: Reply,
  change: ({ port: { desk } }): Change<ShiftChangeData, unknown, Static<typeof Reply>> =>
    createClosing(desk, (closed, showPersonalData) => toReply(closed, desk, showPersonalData)),
});
