import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { checkOrder, nameOf, OrderData, REPORT_TYPES, toOrderBody } from '#vendors/ofd-ru/order-data.ts';
import { ofdRu } from '#vendors/ofd-ru/vendor.ts';

const KKT = '7961d10e-f36a-4cce-a8db-add93309bb9e';
const AGREEMENT = 'd64249c5-61b8-4ed9-b729-9bd7cde127db';
const ZONE = 'Europe/Moscow';
const ORDER: OrderData = {
  date_from: '2021-11-01T00:00:00+03:00',
  date_to: '2021-11-02T23:59:59+03:00',
  report_type: 'ReceiptReport',
};

const ajv = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true });
const fits = ajv.compile(OrderData);
const body = (data: OrderData, zone = 'Europe/Moscow') =>
  toOrderBody(data, { wireName: 'Сверка #0123456789ab', agreementId: AGREEMENT, zone });

describe('an order', () => {
  test('goes out as the sample of the document', () => {
    expect(JSON.stringify(body({ ...ORDER, kkt_list: [KKT] }))).toBe(
      JSON.stringify({
        OfdAgreementId: AGREEMENT,
        CustomReportId: null,
        Name: 'Сверка #0123456789ab',
        DateFrom: '2021-11-01T00:00:00.000+03:00',
        DateTo: '2021-11-02T23:59:59.000+03:00',
        EmailsToNotify: '',
        FfdType: 0,
        GroupsList: [],
        KktList: [KKT],
        ReportType: 'ReceiptReport',
        SelectAllKkts: false,
        UseXlsxFile: true,
      }),
    );
  });

  test('goes out with everything of table 3', () => {
    const all: OrderData = {
      ...{ date_from: ORDER.date_from, date_to: ORDER.date_to, custom_report_id: KKT },
      ...{ kkt_list: [KKT], groups_list: [AGREEMENT], select_all_kkts: true, use_xlsx_file: false },
      ...{
        emails_to_notify: ['a@x.test', 'b@x.test'],
        name: ' Мой ',
        kkt_status: 'Active',
        search_string: 'x',
      },
      ...{ ffd_type: 2, ofd_agreement_id: AGREEMENT },
    };
    expect(fits(all)).toBe(true);
    expect(nameOf(all)).toBe('Мой');
    expect(body(all)).toMatchObject({
      ...{ CustomReportId: KKT, ReportType: null, EmailsToNotify: 'a@x.test;b@x.test', FfdType: 2 },
      ...{
        GroupsList: [AGREEMENT],
        SelectAllKkts: true,
        UseXlsxFile: false,
        KktStatus: 'Active',
        SearchString: 'x',
      },
    });
  });

  test.each([
    ['2021-11-01T00:00:00', 'Europe/Moscow', '2021-11-01T00:00:00.000+03:00'],
    ['2021-11-01T00:00:00.5Z', 'Europe/Moscow', '2021-11-01T03:00:00.000+03:00'],
    ['2021-11-01T00:00:00', 'Asia/Yekaterinburg', '2021-11-01T00:00:00.000+05:00'],
    ['2021-11-01T02:00:00+05:00', 'Europe/Moscow', '2021-11-01T00:00:00.000+03:00'],
  ])('tells %s in %s as %s', (date_from, zone, expected) => {
    expect(body({ ...ORDER, date_from }, zone).DateFrom).toBe(expected);
  });

  test('without a name is called by its type', () => {
    expect([nameOf(ORDER), nameOf({ date_from: '', date_to: '', custom_report_id: KKT })]).toEqual([
      'ReceiptReport',
      'CustomReport',
    ]);
  });

  test.each(REPORT_TYPES)('may be of the type %s', (report_type) => {
    expect(fits({ ...ORDER, report_type })).toBe(true);
  });

  test.each([
    { report_type: 'AnyReport' },
    { report_type: 'receiptreport' },
    { date_from: '2021-11-01' },
    { kkt_list: ['0000000000001000'] },
    { emails_to_notify: ['a@x.test;b@x.test'] },
    { emails_to_notify: 'a@x.test' },
    { name: ' ' },
    { ofd_agreement_id: 'mine' },
    { unknown: 1 },
  ])('is refused by its schema: %j', (change) => {
    expect(fits({ ...ORDER, ...change })).toBe(false);
  });

  test('is of a type or of a template', () => {
    const { report_type: _type, ...neither } = ORDER;
    for (const data of [neither, { ...ORDER, custom_report_id: KKT }]) {
      expect(() => checkOrder(data, ZONE)).toThrow(expect.objectContaining({ name: 'BUS_INVALID_DATA' }));
    }
  });

  test('is of a time that there is', () => {
    expect(() => checkOrder({ ...ORDER, date_to: '2021-02-30T00:00:00' }, ZONE)).toThrow(
      expect.objectContaining({
        name: 'BUS_INVALID_DATA',
        details: { errors: [expect.objectContaining({ path: '/date_to' })] },
      }),
    );
  });
});

describe('every action', () => {
  test.each(ofdRu.actions.map((action) => [action.action, action] as const))(
    '%s has schemas that can be checked',
    (_name, action) => {
      expect(ajv.compile(action.request)({ nobody: 'knows it' })).toBe(false);
      expect(() => ajv.compile(action.reply)).not.toThrow();
      expect(action).toMatchObject({ address: 'ofd_ru.reports', target: { account: 'ofd-ru' } });
    },
  );
});
