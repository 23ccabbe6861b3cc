import { randomUUID } from 'node:crypto';
import { isJsonObject } from '#core/json.ts';
import { bare, failed, naiveUtc, success } from './ofd-ru-answers.ts';
import type { Agreement, OfdRuState, ReportState, SimulatedReport, User } from './ofd-ru-state.ts';
import { writeWorkbook } from './ofd-ru-workbook.ts';
import type { SimulatedRequest, SimulatedResponse } from './simulator.ts';

const DAY_MS = 24 * 3_600_000;
const KEPT_MS = 7 * DAY_MS;
/** How long a report waits, and how long it is made, at speed 1. */
const WAITS_MS = 2_000;
const TAKES_MS = 6_000;

/** 3.1.1 with the names that a person reads. */
const TYPE_NAMES: Readonly<Record<string, string>> = {
  KKTReport: 'Отчёт по подключенным ККТ',
  CloseShiftReport: 'Отчёт по сменам',
  ReceiptReport: 'Сверка',
  FiscalDocumentReport: 'Список фискальных документов',
  RentReport: 'Отчёт арендатора',
  EReceiptReport: 'Статистика отправки электронных чеков',
  OpenShift24Report: 'Кассы со сменами более 24 часов',
  ManagerKktReport: 'Список всех касс',
  MyKktReport: 'Отчёт-мониторинг',
  FnScheduleReport: 'График смены ФН',
};

export const REPORT_TYPES: readonly string[] = Object.keys(TYPE_NAMES);

function stateOf(report: SimulatedReport, now: number): ReportState {
  if (report.fixed) return report.fixed;
  if (now < report.begins) return 'Todo';
  return now < report.ends ? 'Processing' : 'Done';
}

/** Table 2. The period is told without the offset it was ordered with. */
export function reportAnswer(state: OfdRuState, report: SimulatedReport): Record<string, unknown> {
  const { id, created, order, kkts, agreement, user } = report;
  const path = `/api/customer/reports/${id}`;
  const type = String(order.ReportType ?? '');
  const status = stateOf(report, state.clock.now());
  const emails = typeof order.EmailsToNotify === 'string' ? order.EmailsToNotify : '';
  return {
    Id: id,
    CDateUtc: naiveUtc(created),
    ReportTypeName: TYPE_NAMES[type] ?? 'Пользовательский отчёт',
    ReportType: type || null,
    DateFrom: String(order.DateFrom).slice(0, 19),
    DateTo: String(order.DateTo).slice(0, 19),
    ExpiredDate: naiveUtc(created + KEPT_MS),
    KktCount: kkts.length,
    ...(status === 'Done' ? { ReportSize: 1 + kkts.length } : {}),
    Status: status,
    AccountEmail: `${user.login.replace(/[^\w.]/g, '')}@example.test`,
    AccountName: 'Иван',
    Name: typeof order.Name === 'string' ? order.Name : (TYPE_NAMES[type] ?? ''),
    EmailsToNotify: emails.split(';'),
    FileFormat: order.UseXlsxFile === false ? 'Csv' : 'Xlsx',
    IsAutoReport: false,
    AssumptiveCompleteTime: naiveUtc(report.ends),
    DownloadUrl: `${path}?OfdAgreementId=${agreement.id}`,
    DeleteUrl: `${path}?ofdAgreementId=${agreement.id}`,
    CancelUrl: `${path}/cancel?ofdAgreementId=${agreement.id}`,
  };
}

/** Keys of a query and of a body are read whatever their case. */
function fieldOf(pairs: Iterable<readonly [string, unknown]>, name: string): unknown {
  for (const [key, value] of pairs) if (key.toLowerCase() === name.toLowerCase()) return value;
  return undefined;
}

/** The named cabinet; without a name the user's only one. */
function findAgreement(user: User, id: unknown): Agreement | undefined {
  const [only, ...others] = user.agreements;
  if (typeof id === 'string')
    return [...user.agreements].find((agreement) => agreement.id === id.toLowerCase());
  return others.length === 0 ? only : undefined;
}

function kept(state: OfdRuState, user: User): SimulatedReport[] {
  const oldest = state.clock.now() - KEPT_MS;
  return state.reports.filter((report) => report.user === user && report.created > oldest);
}

/** What was kept for long enough is gone; the oldest come first. */
function forgetOld({ reports, clock }: OfdRuState): void {
  const oldest = clock.now() - KEPT_MS;
  const end = reports.findIndex(({ created }) => created > oldest);
  reports.splice(0, end < 0 ? reports.length : end);
}

/** 1.2 with an INN, in an envelope; 3.2 without one, bare and of all the user's cabinets. */
export function list(state: OfdRuState, user: User, { query }: SimulatedRequest): SimulatedResponse {
  const [inn, kpp] = [fieldOf(query, 'Inn'), fieldOf(query, 'Kpp')];
  const asked = [...user.agreements].find(
    (agreement) => agreement.inn === inn && (kpp === undefined || agreement.kpp === kpp),
  );
  if (inn !== undefined && !asked) return failed('OfdAgreementNotFound');
  const reports = kept(state, user).filter(({ agreement }) => !asked || agreement === asked);
  const newest = reports.toReversed().map((report) => reportAnswer(state, report));
  const isPaged = state.alwaysPaged || String(fieldOf(query, 'SkipPageFilter')).toLowerCase() !== 'true';
  const List = isPaged ? newest.slice(0, state.pageSize) : newest;
  const agreement = asked ?? findAgreement(user, undefined);
  const limits = { OfdAgreementLimit: agreement?.limit ?? 0, ConsumedLimit: agreement?.consumed ?? 0 };
  if (!asked) return bare({ ...limits, List, ' TotalCount ': newest.length });
  return success({ OfdAgreementId: asked.id, ...limits, List, TotalCount: newest.length });
}

function orderRefusal(state: OfdRuState, body: Readonly<Record<string, unknown>>): string | undefined {
  const [from, to] = [Date.parse(String(body.DateFrom)), Date.parse(String(body.DateTo))];
  if (Number.isNaN(from) || Number.isNaN(to)) return 'InternalError';
  if (from > to) return 'DateFromGreaterThanDateTo';
  return to - from > state.maxDays * DAY_MS ? 'ReportSizeError' : undefined;
}

/** 3.1: every order makes another report. */
export function order(state: OfdRuState, user: User, { body }: SimulatedRequest): SimulatedResponse {
  if (!isJsonObject(body)) return failed('InternalError', 500);
  const agreement = findAgreement(user, fieldOf(Object.entries(body), 'OfdAgreementId') ?? undefined);
  if (!agreement) return failed('OfdAgreementNotFound');
  const refusal = orderRefusal(state, body);
  if (refusal) return failed(refusal, refusal === 'InternalError' ? 500 : 400);
  if (agreement.consumed >= agreement.limit) return failed('LimitExhausted');
  agreement.consumed += 1;
  const wanted = Array.isArray(body.KktList) ? body.KktList : [];
  const created = state.clock.now();
  const report: SimulatedReport = {
    ...{ id: randomUUID(), user, agreement, created, order: body, fixed: undefined },
    kkts: agreement.kkts.filter(({ Id }) => body.SelectAllKkts === true || wanted.includes(Id)),
    begins: created + WAITS_MS / state.speed,
    ends: created + (WAITS_MS + TAKES_MS) / state.speed,
  };
  forgetOld(state);
  state.reports.push(report);
  return success(reportAnswer(state, report));
}

type ReportCall = (state: OfdRuState, user: User, request: SimulatedRequest, id: string) => SimulatedResponse;

/** A call about one report; its agreement is in the query, under one of two names. `missing` is its name for none. */
function aboutReport(
  missing: 'ReportNotFound' | 'ReportNotDone',
  answer: (state: OfdRuState, report: SimulatedReport, status: ReportState) => SimulatedResponse,
): ReportCall {
  return (state, user, { query }, id) => {
    const report = kept(state, user).find((candidate) => candidate.id === id.toLowerCase());
    const status = report && stateOf(report, state.clock.now());
    if (!report || !status || status === 'Deleted') return failed(missing);
    const named = fieldOf(query, 'command.ofdAgreementId') ?? fieldOf(query, 'ofdAgreementId');
    if (findAgreement(user, named) !== report.agreement) return failed('OfdAgreementNotFound');
    return answer(state, report, status);
  };
}

/** 4. */
export const remove = aboutReport('ReportNotFound', (state, report) => {
  report.fixed = 'Deleted';
  return bare(reportAnswer(state, report));
});

/** Table 2, `CancelUrl`. */
export const cancel = aboutReport('ReportNotFound', (state, report, status) => {
  if (status === 'Done') return failed('ReportNotFound');
  report.fixed = 'Deleted';
  return bare(reportAnswer(state, report));
});

/** 5.1: a workbook with a line for each cash register. */
export const download = aboutReport('ReportNotDone', (state, report, status) => {
  if (status !== 'Done') return failed('ReportNotDone');
  const { DateFrom, DateTo, ReportTypeName } = reportAnswer(state, report);
  const lines = report.kkts.map(({ KktName, KktRegId }, index) => [
    KktName,
    KktRegId,
    index + 1,
    100.5 * (index + 1),
  ]);
  const rows = [
    [`${String(ReportTypeName)}: ${String(DateFrom)} - ${String(DateTo)}`],
    ['ККТ', 'РНМ', 'Чеков', 'Сумма, руб.'],
    ...lines,
  ];
  return { status: 200, bytes: writeWorkbook('Отчёт', rows) };
});
