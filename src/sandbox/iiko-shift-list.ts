import { isUuid } from './iiko-ids.ts';
import type { Spelling } from './iiko-payments.ts';
import type { ShiftRow, SimulatedShift } from './iiko-shifts.ts';

/** `ANY` and `CLOSED` exist in requests only. */
const STATUSES: readonly string[] = ['ANY', 'OPEN', 'CLOSED', 'ACCEPTED', 'UNACCEPTED', 'HASWARNINGS'];

const DATE = /^\d{4}-\d{2}-\d{2}$/;

type Filter = (shift: SimulatedShift) => boolean;

/** The parameters of `cashshifts/list` as one question per shift, or the text of the 400 that they deserve. */
export function readFilter(query: URLSearchParams): Filter | string {
  const status = query.get('status');
  if (!status) return "Argument for @NotNull parameter 'status' must not be null";
  if (!STATUSES.includes(status)) return `Unknown session status: ${status}`;
  const [from, to] = [query.get('openDateFrom'), query.get('openDateTo')];
  for (const date of [from, to]) {
    if (!date) return "Argument for @NotNull parameter 'openDateFrom' or 'openDateTo' must not be null";
    if (!DATE.test(date)) return `Wrong date format: ${date}`;
  }
  const departments = query.getAll('departmentId');
  const groups = query.getAll('groupId');
  const malformed = [...departments, ...groups].find((id) => id !== '' && !isUuid(id));
  if (malformed !== undefined) return `Malformed UUID: '${malformed}'`;
  const revision = query.get('revisionFrom') ?? '-1';
  if (!/^-?\d+$/.test(revision)) return `Wrong revision: ${revision}`;

  return ({ row, departmentId, groupId, revision: own }) => {
    const date = row.openDate.slice(0, 10);
    return (
      date >= String(from) &&
      date <= String(to) &&
      hasStatus(row, status) &&
      // A blank value is a list with one null in it, not an absent filter: nothing has a null department.
      (departments.length === 0 || departments.includes(departmentId)) &&
      (groups.length === 0 || groups.includes(groupId)) &&
      own > Number(revision)
    );
  };
}

function hasStatus({ sessionStatus }: ShiftRow, status: string): boolean {
  if (status === 'ANY') return true;
  return status === 'CLOSED' ? sessionStatus !== 'OPEN' : sessionStatus === status;
}

/** The documentation's names of what servers write as `responsibleUserId`, `conceptionId`, `pointOfSaleId`. */
const DOCUMENTED: Readonly<Record<string, string>> = {
  responsibleUserId: 'responsibleUser',
  conceptionId: 'conception',
  pointOfSaleId: 'pointOfSale',
};

/** The example of `byId` differs from that of the list in one name more. */
const DOCUMENTED_BY_ID: Readonly<Record<string, string>> = { ...DOCUMENTED, managerId: 'manager' };

export function writeShift(row: ShiftRow, spelling: Spelling, where: 'list' | 'by id'): unknown {
  if (spelling === 'live') return row;
  const names = where === 'list' ? DOCUMENTED : DOCUMENTED_BY_ID;
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [names[name] ?? name, value]));
}
