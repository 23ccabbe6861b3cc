import { type Static, Type } from 'typebox';
import { Failure } from '#core/failure.ts';
import { formatDateTime } from '#domain/time.ts';
import { Uuid } from './ids.ts';

/** 002_… 3.1.1 'Возможные типы отчетов'. */
export const REPORT_TYPES = [
  'KKTReport',
  'CloseShiftReport',
  'ReceiptReport',
  'FiscalDocumentReport',
  'RentReport',
  'EReceiptReport',
  'OpenShift24Report',
  'ManagerKktReport',
  'MyKktReport',
  'FnScheduleReport',
] as const;

const DateTime = (description: string) =>
  Type.String({
    pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?(Z|[+-]\\d{2}:?\\d{2})?$',
    description: `${description}; without an offset in the account's zone`,
  });

/** 002_… table 3 and the two keys that only its sample has. */
export const OrderData = Type.Object(
  {
    date_from: DateTime('Beginning of the period'),
    date_to: DateTime('End of the period'),
    report_type: Type.Optional(Type.Enum([...REPORT_TYPES], { description: 'This or `custom_report_id`.' })),
    custom_report_id: Type.Optional({ ...Uuid, description: 'A template of the user.' }),
    kkt_list: Type.Optional(
      Type.Array(Uuid, { description: 'Cash registers: ids of `list_kkts`, no registration numbers.' }),
    ),
    groups_list: Type.Optional(
      Type.Array(Uuid, { description: 'Folders of cash registers, with all below.' }),
    ),
    select_all_kkts: Type.Optional(Type.Boolean({ description: 'All cash registers of the cabinet.' })),
    use_xlsx_file: Type.Optional(Type.Boolean({ description: 'An XLSX file; true when left out.' })),
    emails_to_notify: Type.Optional(
      Type.Array(Type.String({ pattern: '^[^\\s;]+@[^\\s;]+$' }), { description: 'Who is told by e-mail.' }),
    ),
    name: Type.Optional(Type.String({ pattern: '\\S', description: 'Of the report; else its type.' })),
    kkt_status: Type.Optional(Type.String({ description: 'Not used by the vendor yet.' })),
    search_string: Type.Optional(Type.String({ description: 'Not used by the vendor yet.' })),
    ffd_type: Type.Optional(Type.Integer({ description: '0 when left out.' })),
    ofd_agreement_id: Type.Optional({ ...Uuid, description: "Instead of the account's." }),
  },
  { additionalProperties: false },
);
export type OrderData = Static<typeof OrderData>;

function invalid(path: string, message: string): Failure {
  return new Failure('BUS_INVALID_DATA', {
    description: `поле data не соответствует схеме действия: ${path} ${message}`,
    details: { errors: [{ path, message }] },
  });
}

/** With its offset, as in the sample: `2021-11-01T00:00:00.000+03:00`. */
function toWireTime(path: string, value: string, zone: string): string {
  const time = formatDateTime(value, zone);
  if (!time) throw invalid(path, 'такого времени нет');
  return time.replace(/(?=[+-]\d{2}:\d{2}$)/, '.000');
}

/** What an order is called when the client gives it no name. */
export function nameOf({ name, report_type }: OrderData): string {
  return name?.trim() ?? report_type ?? 'CustomReport';
}

/** Throws `BUS_INVALID_DATA` for what a schema cannot say. */
export function checkOrder(data: OrderData, zone: string): void {
  if ((data.report_type === undefined) === (data.custom_report_id === undefined)) {
    throw invalid('/report_type', 'нужно одно из двух: report_type или custom_report_id');
  }
  toWireTime('/date_from', data.date_from, zone);
  toWireTime('/date_to', data.date_to, zone);
}

/** Table 3, in the order of the sample. `wireName` carries the tag. */
export function toOrderBody(
  data: OrderData,
  { wireName, agreementId, zone }: { wireName: string; agreementId: string | null; zone: string },
): Record<string, unknown> {
  return {
    ...(agreementId === null ? {} : { OfdAgreementId: agreementId }),
    CustomReportId: data.custom_report_id ?? null,
    Name: wireName,
    DateFrom: toWireTime('/date_from', data.date_from, zone),
    DateTo: toWireTime('/date_to', data.date_to, zone),
    EmailsToNotify: (data.emails_to_notify ?? []).join(';'),
    FfdType: data.ffd_type ?? 0,
    GroupsList: data.groups_list ?? [],
    KktList: data.kkt_list ?? [],
    ReportType: data.report_type ?? null,
    SelectAllKkts: data.select_all_kkts ?? false,
    UseXlsxFile: data.use_xlsx_file ?? true,
    ...(data.kkt_status === undefined ? {} : { KktStatus: data.kkt_status }),
    ...(data.search_string === undefined ? {} : { SearchString: data.search_string }),
  };
}
