import { type Static, Type } from 'typebox';
import { type DataError, Failure } from '#core/failure.ts';
import { defineVendorAction } from '#domain/action.ts';
import { daysBetween } from '#domain/time.ts';
import { CashShift } from './cash-shift.ts';
import type { ShiftQuery } from './cash-shifts.ts';
import { Uuid } from './field-schemas.ts';
import { shownTo } from './personal-data.ts';
import type { IikoPort } from './port.ts';

const LONGEST_DAYS = 31;

const DATE = '^\\d{4}-\\d{2}-\\d{2}$';
const Ids = Type.Optional(Type.Array(Uuid, { description: 'none: no filter' }));

const ShiftListRequest = Type.Object(
  {
    open_date_from: Type.String({ pattern: DATE, description: 'belongs to the period' }),
    open_date_to: Type.String({
      pattern: DATE,
      description: `belongs to the period as well; at most ${LONGEST_DAYS} days later`,
    }),
    status: Type.Enum(['ANY', 'OPEN', 'CLOSED', 'ACCEPTED', 'UNACCEPTED', 'HASWARNINGS']),
    department_id: Ids,
    group_id: Ids,
    revision_from: Type.Optional(
      Type.Integer({ minimum: -1, description: 'only what is newer; since iiko 6.4' }),
    ),
  },
  { additionalProperties: false },
);
type ShiftListRequest = Static<typeof ShiftListRequest>;

function periodErrors({ open_date_from: from, open_date_to: to }: ShiftListRequest): DataError[] {
  const wrong = [
    { path: '/open_date_from', date: from },
    { path: '/open_date_to', date: to },
  ].filter(({ date }) => daysBetween(date, date) === undefined);
  if (wrong.length > 0) return wrong.map(({ path }) => ({ path, message: 'такой даты нет' }));

  const days = daysBetween(from, to) ?? 0;
  if (days < 0) return [{ path: '/open_date_to', message: 'раньше, чем open_date_from' }];
  return days > LONGEST_DAYS
    ? [{ path: '/open_date_to', message: `не больше ${LONGEST_DAYS} дней после open_date_from` }]
    : [];
}

function checkPeriod(request: ShiftListRequest): void {
  const errors = periodErrors(request);
  if (errors.length === 0) return;
  throw new Failure('BUS_INVALID_DATA', {
    description: `период не подходит: ${errors.map(({ path, message }) => `${path} ${message}`).join('; ')}`,
    details: { errors },
  });
}

/** A filter that is empty must not be named: a blank value would look for the absent department. */
function toQuery({ open_date_from, open_date_to, status, ...filters }: ShiftListRequest): ShiftQuery {
  const { department_id = [], group_id = [], revision_from } = filters;
  return [
    ['openDateFrom', open_date_from],
    ['openDateTo', open_date_to],
    ['status', status],
    ...department_id.map((id) => ['departmentId', id] as const),
    ...group_id.map((id) => ['groupId', id] as const),
    ...(revision_from === undefined ? [] : [['revisionFrom', String(revision_from)] as const]),
  ];
}

/** The shifts that were opened in a period: 004_… "Список смен". */
export const listShifts = defineVendorAction<IikoPort>()({
  address: 'iiko.cash_shifts',
  action: 'list_shifts',
  target: { account: 'iiko' },
  effect: 'read',
  request: ShiftListRequest,
  reply: Type.Array(CashShift),
  differsBy: (_data, client) => client.seesPersonalData,
  async handle(data, { vendor, call, client }) {
    checkPeriod(data);
    const shifts = await vendor.shifts.list(toQuery(data), call);
    return shownTo(shifts, client.seesPersonalData);
  },
});
