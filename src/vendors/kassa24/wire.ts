import type { HttpResponse } from '#core/http.ts';
import {
  dateTime,
  integer,
  member,
  money,
  optionalObject,
  requiredObject,
  type TimeReading,
  text,
  type Unreadable,
} from './fields.ts';

/** Kassa24's envelope: `{"Status": 200, "Message": "OK", "Data": {…}}`; a failure has no `Data`. */
export type Envelope = {
  /** Mirrors the HTTP status; null when it is not told. */
  readonly status: number | null;
  /** Never compared to "OK": the answer to opening a shift spells it in Cyrillic. */
  readonly message: string;
  readonly data: unknown;
};

/** 001_… 'Получить информацию о смене', `Company`; an empty text counts as absent. */
export type Company = {
  readonly shortName: string | null;
  readonly fullName: string | null;
  readonly fio: string | null;
  readonly bin: string | null;
};

/** `Data.Kkm` of `GET /kkms/:IdKkm`. */
export type Kkm = {
  readonly id: number | null;
  /** Null or 0 without an open shift. */
  readonly idShift: number | null;
  readonly idStatusKkm: number | null;
  readonly name: string | null;
  readonly company: Company;
};

/** 001_… 'Получить информацию о смене'. */
export type Shift = {
  readonly id: number | null;
  /** The cashier who opened it. */
  readonly idUser: number | null;
  readonly idKkm: number | null;
  readonly idStatusShift: number | null;
  readonly shiftIndex: number | null;
  readonly dateOpen: string | null;
  readonly dateClose: string | null;
  readonly userName: string | null;
  /** The shift's own company, then its register's. */
  readonly companies: readonly Company[];
};

/** One line of an X or Z report's `Total`. */
type Line = { readonly qty: number | null; readonly amount: string | null };

/** 001_… 'Получить X-отчет': the part that a Report needs. */
export type XReport = {
  readonly company: Company;
  readonly sales: Line;
  readonly purchases: Line;
  readonly refunds: Line;
  readonly purchaseRefunds: Line;
  readonly expenses: Line;
  readonly incomes: Line;
};

/** An answer that is no object has no envelope: everything in it is absent. */
export function readEnvelope(answer: unknown, unreadable: Unreadable): Envelope {
  return {
    status: integer(member(answer, 'Status'), 'Status', unreadable),
    message: text(member(answer, 'Message')) ?? '',
    data: member(answer, 'Data'),
  };
}

function readCompany(value: unknown): Company {
  return {
    shortName: text(member(value, 'ShortName')),
    fullName: text(member(value, 'FullName')),
    fio: text(member(value, 'Fio')),
    bin: text(member(value, 'Bin')),
  };
}

/** What goes into a header must be fit for one. */
function headerText(value: unknown, name: string, unreadable: Unreadable): string {
  const told = text(value);
  if (told === null) throw unreadable('missing_field', `нет обязательного поля ${name}`);
  if (!/^[!-~]+$/.test(told)) throw unreadable('bad_field', `${name} не годится для заголовка`);
  return told;
}

/** 'Авторизация': `Data.Token`. */
export function readToken(data: unknown, unreadable: Unreadable): string {
  return headerText(member(data, 'Token'), 'Data.Token', unreadable);
}

/** 'Авторизация': `Data.User.Id`, whose token it is; null when it is not told. */
export function readUserId(data: unknown, unreadable: Unreadable): number | null {
  return integer(member(member(data, 'User'), 'Id'), 'Data.User.Id', unreadable);
}

/** `Data.Uid` of `GET /uid/:IdKkm`. */
export function readUid(data: unknown, unreadable: Unreadable): string {
  return headerText(member(data, 'Uid'), 'Data.Uid', unreadable);
}

/** The response header `Uid`: the next operation's; undefined when it is not told. */
export function readNextUid({ headers }: HttpResponse): string | undefined {
  const { uid } = headers;
  return typeof uid === 'string' && uid.trim() !== '' ? uid.trim() : undefined;
}

export function readKkm(data: unknown, unreadable: Unreadable): Kkm {
  const kkm = requiredObject(member(data, 'Kkm'), 'Data.Kkm', unreadable);
  const idShift = member(kkm, 'IdShift');
  // Not told is not closed.
  if (idShift === undefined) throw unreadable('missing_field', 'нет обязательного поля Kkm.IdShift');
  return {
    id: integer(member(kkm, 'Id'), 'Kkm.Id', unreadable),
    idShift: integer(idShift, 'Kkm.IdShift', unreadable),
    idStatusKkm: integer(member(kkm, 'IdStatusKkm'), 'Kkm.IdStatusKkm', unreadable),
    name: text(member(kkm, 'Name')),
    company: readCompany(member(kkm, 'Company')),
  };
}

/** The document's table has the shift under `Data.Shift`, its sample in `Data` itself. */
function shiftOf(data: unknown, unreadable: Unreadable) {
  return requiredObject(member(data, 'Shift') ?? data, 'Data', unreadable);
}

/** Which shift it is; null when it is not told. */
export function readShiftId(data: unknown, unreadable: Unreadable): number | null {
  return integer(member(shiftOf(data, unreadable), 'Id'), 'Shift.Id', unreadable);
}

export function readShift(data: unknown, time: TimeReading, unreadable: Unreadable): Shift {
  const shift = shiftOf(data, unreadable);
  const kkm = member(shift, 'Kkm');
  return {
    id: readShiftId(data, unreadable),
    idUser: integer(
      member(shift, 'IdUser') ?? member(member(shift, 'User'), 'Id'),
      'Shift.IdUser',
      unreadable,
    ),
    idKkm: integer(member(shift, 'IdKkm') ?? member(kkm, 'Id'), 'Shift.IdKkm', unreadable),
    idStatusShift: integer(member(shift, 'IdStatusShift'), 'Shift.IdStatusShift', unreadable),
    shiftIndex: integer(member(shift, 'ShiftIndex'), 'Shift.ShiftIndex', unreadable),
    dateOpen: dateTime(member(shift, 'DateOpen'), time, 'Shift.DateOpen', unreadable),
    dateClose: dateTime(member(shift, 'DateClose'), time, 'Shift.DateClose', unreadable),
    userName: text(member(member(shift, 'User'), 'Name')),
    companies: [readCompany(member(shift, 'Company')), readCompany(member(kkm, 'Company'))],
  };
}

/** 'POST /shifts/:IdShift/z': an X report with the times of its shift. */
export type ZReport = XReport & { readonly dateOpen: string | null; readonly dateClose: string | null };

export function readZReport(data: unknown, time: TimeReading, unreadable: Unreadable): ZReport {
  const dateOf = (name: string) => dateTime(member(data, name), time, name, unreadable);
  return {
    ...readXReport(data, unreadable),
    dateOpen: dateOf('DateOpen'),
    dateClose: dateOf('DateClose') ?? dateOf('DateReportTaken'),
  };
}

/** Everything of a report but `Total` may be absent; sections and operations are not looked at here. */
export function readXReport(data: unknown, unreadable: Unreadable): XReport {
  const total = requiredObject(member(data, 'Total'), 'Data.Total', unreadable);
  const kkm = optionalObject(member(data, 'Kkm'), 'Kkm', unreadable);
  const line = (name: string): Line => {
    const figures = optionalObject(member(total, name), `Total.${name}`, unreadable);
    return {
      qty: integer(member(figures, 'Qty'), `Total.${name}.Qty`, unreadable),
      amount: money(member(figures, 'Amount'), `Total.${name}.Amount`, unreadable),
    };
  };
  return {
    company: readCompany(member(kkm, 'Company')),
    sales: line('Sales'),
    purchases: line('Purchases'),
    refunds: line('Refunds'),
    purchaseRefunds: line('PurchaseRefunds'),
    expenses: line('Expenses'),
    incomes: line('Incomes'),
  };
}
