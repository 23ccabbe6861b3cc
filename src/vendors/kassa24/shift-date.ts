import { type Static, Type } from 'typebox';
import { Failure } from '#core/failure.ts';
import { formatDateTime } from '#domain/time.ts';
import type { ShiftChangeData } from '#domain/vendor.ts';

/** RFC 3339 with its offset. */
const DATE = '^\\d{4}-\\d{2}-\\d{2}[Tt]\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?([Zz]|[+-]\\d{2}:\\d{2})$';
const DATE_EXPRESSION = new RegExp(DATE);

/** What opens or closes a shift. */
export const ShiftDate = Type.Object(
  {
    date: Type.Optional(
      Type.String({
        pattern: DATE,
        description:
          'RFC 3339; the time of an autonomous (offline) operation. Without it the operation is a normal one.',
      }),
    ),
  },
  { additionalProperties: false },
);
export type ShiftDate = Static<typeof ShiftDate>;

/**
 * The body of `POST /shifts` and `POST /shifts/:IdShift/z`: with `Date` the operation is autonomous. A zero date
 * would make it a normal one without a word, so it is none.
 */
export function toShiftRequest(
  data: ShiftChangeData | undefined,
  idKkm: number,
): { IdKkm: number; Date?: string } {
  const date = data?.date;
  if (date === undefined) return { IdKkm: idKkm };
  if (DATE_EXPRESSION.test(date) && formatDateTime(date.toUpperCase(), 'UTC'))
    return { IdKkm: idKkm, Date: date };
  const message = 'нужна дата со временем и смещением, RFC 3339';
  throw new Failure('BUS_INVALID_DATA', {
    description: `поле data не соответствует схеме действия: /date ${message}`,
    details: { errors: [{ path: '/date', message }] },
  });
}
