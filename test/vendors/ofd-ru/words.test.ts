import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isJsonObject, parseJson } from '#core/json.ts';
import { spelled } from '#vendors/ofd-ru/spelling.ts';
import { tagged, tagOf, toTag, untagged } from '#vendors/ofd-ru/tag.ts';
import { kktInWords, type Reading, reportInWords, templateInWords } from '#vendors/ofd-ru/words.ts';

const reading = (zone = 'Europe/Moscow', showPersonalData = true): Reading => ({
  zone,
  showPersonalData,
});

describe('a report in our words', () => {
  test('has its three kinds of times in the zone of the account', () => {
    const report = {
      CDateUtc: '2021-10-25T08:13:41',
      ExpiredDate: '2021-11-01T08:13:41.5',
      AssumptiveCompleteTime: '2021-10-25T08:14:41Z',
      DateFrom: '2021-10-25T00:00:00',
      DateTo: '2021-10-25T11:12:34',
    };
    expect(reportInWords(report, reading())).toEqual({
      c_date_utc: '2021-10-25T11:13:41+03:00',
      expired_date: '2021-11-01T11:13:41+03:00',
      assumptive_complete_time: '2021-10-25T11:14:41+03:00',
      date_from: '2021-10-25T00:00:00+03:00',
      date_to: '2021-10-25T11:12:34+03:00',
    });
    expect(reportInWords(report, reading('Asia/Yekaterinburg'))).toMatchObject({
      c_date_utc: '2021-10-25T13:13:41+05:00',
      date_from: '2021-10-25T00:00:00+05:00',
    });
  });

  test('has null for what is not told, and what is no time as it came', () => {
    expect(
      reportInWords({ ExpiredDate: '0001-01-01T00:00:00', DateTo: null, AccountName: null }, reading()),
    ).toEqual({
      expired_date: null,
      date_to: null,
      account_name: null,
    });
    expect(reportInWords({ CDateUtc: ' вчера ', AssumptiveCompleteTime: '00:01:00' }, reading())).toEqual({
      c_date_utc: 'вчера',
      assumptive_complete_time: '00:01:00',
    });
  });

  test.each([
    [[''], []],
    ['', []],
    ['a@x.test; b@x.test;', ['a@x.test', 'b@x.test']],
    [[' a@x.test ', ''], ['a@x.test']],
    [null, null],
  ])('has e-mails as a list: %j', (EmailsToNotify, expected) => {
    expect(reportInWords({ EmailsToNotify }, reading())).toEqual({ emails_to_notify: expected });
  });

  test('keeps what nobody knows, digit by digit, and drops credentials', () => {
    const report = parseJson(
      '{"NewNumber": 12345678901234567890, "SecretCode": "x", "DownloadUrl": "/a?AuthToken=x&b=1"}',
    );
    const words = reportInWords(report, reading());
    expect(JSON.stringify(words)).toBe('{"new_number":12345678901234567890,"download_url":"/a?b=1"}');
  });

  test('has its names without our tag, at every depth', () => {
    const list = { List: [{ Name: 'Сверка #0123456789ab', ReportTypeName: 'x #12' }] };
    expect(reportInWords(list, reading())).toEqual({ list: [{ name: 'Сверка', report_type_name: 'x #12' }] });
  });

  test('masks e-mails for those who may not see them', () => {
    const report = { AccountEmail: 'user@example.test', EmailsToNotify: ['first@example.test'] };
    expect(reportInWords(report, reading('UTC', false))).toEqual({
      account_email: '*************test',
      emails_to_notify: ['**************test'],
    });
  });
});

test('a template keeps the name it has, and its dates lose their seven zeros', () => {
  const template = { Name: 'x #0123456789ab', CDateUtc: '2001-09-11T08:46:26.0000000' };
  expect(templateInWords(template, reading('UTC'))).toEqual({
    name: 'x #0123456789ab',
    c_date_utc: '2001-09-11T08:46:26+00:00',
  });
});

test('a cash register has its times where they can be read, and else what the vendor wrote', () => {
  const kkt = {
    Id: 'a',
    SignDate: '2018-01-01T10:00:00',
    FnEndDate: '01.02.2020',
    LastDocOnOfdDateTimeUtc: '2018-01-01T10:00:00',
  };
  expect(kktInWords(kkt, reading())).toEqual({
    id: 'a',
    sign_date: '2018-01-01T10:00:00+03:00',
    fn_end_date: '01.02.2020',
    last_doc_on_ofd_date_time_utc: '2018-01-01T13:00:00+03:00',
  });
});

describe('the spelling of keys', () => {
  test('is the document’s, whatever the case and the blanks', () => {
    expect(spelled({ ' TotalCount ': 9, list: [{ ID: 1, cdateUTC: 2, Fresh: 3 }] })).toEqual({
      TotalCount: 9,
      List: [{ Id: 1, CDateUtc: 2, Fresh: 3 }],
    });
    expect(spelled({ id: null, Id: 1 })).toEqual({ Id: 1 });
  });

  test('changes no value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const out = spelled(value);
        if (!isJsonObject(value) && !Array.isArray(value)) expect(out).toBe(value);
        else expect(Array.isArray(out)).toBe(Array.isArray(value));
      }),
    );
  });
});

describe('a tag', () => {
  test('comes off the name it was put on', () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        const tag = toTag('0123456789abcdef');
        expect(tag).toBe('0123456789ab');
        expect(tagOf(tagged(name, tag))).toBe(tag);
        expect(untagged(tagged(name, tag))).toBe(name);
      }),
    );
  });

  test('is none where there are no twelve digits at the end', () => {
    for (const name of ['Сверка', 'Сверка #123', '#0123456789ab Сверка', null])
      expect(tagOf(name)).toBeUndefined();
    expect(tagOf('Сверка #0123456789AB ')).toBe('0123456789ab');
  });
});
