import { expect, test } from 'vitest';
import { snakeCase } from '#core/snake-case.ts';

test.each([
  ['IdKkm', 'id_kkm'],
  ['TotalNdsAmount', 'total_nds_amount'],
  ['sessionStartCash', 'session_start_cash'],
  ['bookeepingRid', 'bookeeping_rid'],
  ['CDateUtc', 'c_date_utc'],
  ['KKM', 'kkm'],
  ['mUnitsRid', 'm_units_rid'],
  ['getXReport', 'get_x_report'],
  [' PayOuts ', 'pay_outs'],
  ['already_snake', 'already_snake'],
  ['', ''],
])('%j becomes %j', (name, expected) => {
  expect(snakeCase(name)).toBe(expected);
});
