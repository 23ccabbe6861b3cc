import { describe, expect, test } from 'vitest';
import { cancelPath, queryOfUrl, reportPath } from '#vendors/ofd-ru/report-url.ts';

const ID = 'a0e5354a-709c-41de-ba48-63e7b7e05ee7';
const BASE = 'https://ofd.ru';
const PATH = `/api/customer/reports/${ID}`;

describe('a URL of the vendor', () => {
  test.each([
    [`${PATH}?OfdAgreementId=x`, [['OfdAgreementId', 'x']]],
    [`${PATH}?ofdAgreementId=x&AuthToken=secret`, [['ofdAgreementId', 'x']]],
    [`https://ofd.ru${PATH.toUpperCase()}`, []],
  ])('gives its query when it leads where it should: %s', (url, query) => {
    expect(queryOfUrl(url, reportPath(ID), BASE)).toEqual(query);
  });

  test.each([
    `https://evil.test${PATH}`,
    `//evil.test${PATH}`,
    `\\\\evil.test${PATH}`,
    `http://ofd.ru${PATH}`,
    `https://ofd.ru:8443${PATH}`,
    `${PATH}/cancel?ofdAgreementId=x`,
    `/api/customer/reports/custom/${ID}`,
    `${PATH}/../other`,
    'javascript:alert(1)',
    '',
    null,
    7,
  ])('is followed nowhere else: %s', (url) => {
    expect(queryOfUrl(url, reportPath(ID), BASE)).toBeUndefined();
  });

  test('to cancel is never one to download', () => {
    expect(queryOfUrl(cancelPath(ID), cancelPath(ID), BASE)).toEqual([]);
    expect(queryOfUrl(PATH, cancelPath(ID), BASE)).toBeUndefined();
  });

  test('is never made of an id that leads elsewhere', () => {
    expect(reportPath('../custom/1?x')).toBe('/api/customer/reports/..%2Fcustom%2F1%3Fx');
  });
});
