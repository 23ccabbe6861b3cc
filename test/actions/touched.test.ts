import { describe, expect, test } from 'vitest';
import { ActionTable } from '#actions/action-table.ts';
import * as commonActions from '#actions/index.ts';
import { touchedBy } from '#actions/touched.ts';
import { vendors } from '#app.ts';
import { fakeAccount, fakeDirectory, fakeRegister } from './fake-directory.ts';

const forward = () => Promise.resolve(null);
const minsk = fakeAccount('minsk', 'tsrv', { forward });
const gomel = fakeAccount('gomel', 'tsrv', { forward });
const ofd = fakeAccount('ofd', 'ofd-ru');
const registers = [fakeRegister('M', minsk), fakeRegister('G', gomel)];
const directory = fakeDirectory([minsk, gomel, ofd], registers);
const actions = new ActionTable([
  ...Object.values(commonActions),
  ...vendors.flatMap((vendor) => vendor.actions),
]);

const SHIFT = 'ik.service.token.shift';
const SALES = 'ik.service.token.sales.retail';

/** What a client would like to be judged by. */
const FALSE_NAMES = { token: 'M', account: 'minsk' };

describe('the rules judge', () => {
  test.each<[string, string, Record<string, string>, string | undefined, string | undefined]>([
    ['a register, with its own account', SHIFT, { action: 'get_x_report', token: 'G' }, 'G', 'gomel'],
    [
      'it whatever account is named',
      SHIFT,
      { action: 'open_shift', token: 'G', account: 'minsk' },
      'G',
      'gomel',
    ],
    [
      'an unknown register without one',
      SHIFT,
      { action: 'open_shift', token: 'X', account: 'minsk' },
      'X',
      undefined,
    ],
    ['no register, no account', SHIFT, { action: 'open_shift', account: 'minsk' }, undefined, undefined],
    ['an account without a register', 'ofd_ru.reports', { action: 'delete_template' }, undefined, 'ofd'],
    [
      'it whatever register is named',
      'ofd_ru.reports',
      { action: 'delete_template', token: 'M' },
      undefined,
      'ofd',
    ],
    [
      'no account of another kind',
      'ofd_ru.reports',
      { action: 'delete_template', account: 'minsk' },
      undefined,
      undefined,
    ],
    ['a forwarded register', SALES, { action: 'create_sale', token: 'G', account: 'minsk' }, 'G', 'gomel'],
    ['a forwarded account', SALES, { action: 'create_sale', account: 'gomel' }, undefined, 'gomel'],
    ['no upstream where several fit', SALES, { action: 'create_sale' }, undefined, undefined],
    ['no upstream that does not fit', SALES, { action: 'create_sale', account: 'ofd' }, undefined, undefined],
    ['the bus', 'bus.status', { action: 'get_status', ...FALSE_NAMES }, undefined, undefined],
    ['jobs', 'bus.jobs', { action: 'get_job', ...FALSE_NAMES }, undefined, undefined],
    ['all registers', 'ik.service.token', { action: 'get_tokens', ...FALSE_NAMES }, undefined, undefined],
    ['many', 'bus.reports', { action: 'get_x_reports', ...FALSE_NAMES }, undefined, undefined],
    ['what another client is told', 'news', { token: 'M', account: 'minsk' }, 'M', 'minsk'],
  ])('%s', (_case, address, headers, token, account) => {
    expect(touchedBy(actions, directory, { address, headers, body: null })).toMatchObject({ token, account });
  });
});
