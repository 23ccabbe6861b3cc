import { describe, expect, test } from 'vitest';
import { stableUuid } from '#sandbox/iiko-ids.ts';
import { startOneSick } from './sick-bus.ts';
import { CHANGES, type ChangePlan, type Kind, type Request } from './vendor-kinds.ts';

const KASSA24 = 'kassa24.shift';
const IIKO = 'iiko.cash_shifts';
const SHIFT = stableUuid('first 12 shift 0');
const OTHER = stableUuid('first 12 shift 7');

const ofIiko = (action: string): Request => ({
  address: IIKO,
  action,
  data: { id: SHIFT },
  isAboutAccount: true,
});

const OTHER_KKM = { 77505: '77506' };

/** Which request is answered for another register or shift. */
const CASES: readonly (readonly [
  kind: Kind,
  request: Request,
  asked: object,
  replace: object,
  code: string,
])[] = [
  ['kassa24', { address: KASSA24, action: 'get_shift' }, { path: '/kkms/*' }, OTHER_KKM, 'other_register'],
  ['kassa24', { address: KASSA24, action: 'get_shift' }, { path: '/shifts/*' }, OTHER_KKM, 'other_register'],
  [
    'kassa24',
    { address: KASSA24, action: 'get_x_report' },
    { path: '/shifts/*' },
    OTHER_KKM,
    'other_register',
  ],
  [
    'kassa24',
    { address: 'ik.service.token.shift', action: 'get_x_report' },
    { method: 'GET', path: '/shifts/*' },
    OTHER_KKM,
    'other_register',
  ],
  [
    'kassa24',
    { address: 'ik.service.token.shift', action: 'get_x_report' },
    { method: 'POST', path: '/shifts/*' },
    OTHER_KKM,
    'other_register',
  ],
  [
    'iiko',
    ofIiko('get_shift'),
    { path: '/resto/api/v2/cashshifts/byId/*' },
    { [SHIFT]: OTHER },
    'other_shift',
  ],
  [
    'iiko',
    ofIiko('list_payments'),
    { path: '/resto/api/v2/cashshifts/payments/*' },
    { [SHIFT]: OTHER },
    'other_shift',
  ],
];

describe('a read that is answered for another register or shift', () => {
  test.each(CASES)('%s %o', async (kind, request, asked, replace, code) => {
    const { ask, vendor } = await startOneSick(kind);
    await vendor.fault({ ...asked, replace, times: 0 });
    expect(await ask(request)).toMatchObject({ name: 'VENDOR_BAD_RESPONSE', code });
    await vendor.heal();
    expect(await ask(request)).toMatchObject({ name: null });
  });
});

/** What a change reads before it is sent, answered for another register or shift. */
const CHANGE_CASES: readonly (readonly [plan: keyof typeof CHANGES, asked: object, replace: object])[] = [
  ['kassa24 open_shift', { path: '/kkms/*' }, OTHER_KKM],
  ['kassa24 close_shift', { path: '/kkms/*' }, OTHER_KKM],
  ['kassa24 close_shift', { method: 'GET', path: '/shifts/*' }, OTHER_KKM],
  ['iiko accept_shift', { path: '/resto/api/v2/cashshifts/byId/*' }, { [SHIFT]: OTHER }],
  ['iiko accept_shift', { path: '/resto/api/v2/cashshifts/closedSessionDocument/*' }, { [SHIFT]: OTHER }],
  ['iiko accept_shift', { path: '/resto/api/v2/cashshifts/payments/*' }, { [SHIFT]: OTHER }],
];

describe('a change that read of another register or shift', () => {
  test.each(CHANGE_CASES)('%s %o is not sent', async (name, asked, replace) => {
    const plan: ChangePlan = CHANGES[name];
    const { ask, vendor } = await startOneSick(plan.kind);
    if (plan.before) await vendor.state(plan.before);
    await vendor.fault({ ...asked, replace, times: 0 });
    const headers = { 'operation.id': 'op-1' };
    expect(await ask(plan.request, headers)).toMatchObject({ name: 'VENDOR_BAD_RESPONSE' });
    expect(await vendor.count(plan.asked)).toBe(0);
    await vendor.heal();
    expect(await ask(plan.request, headers)).toMatchObject({ name: null });
    expect(plan.done(await vendor.state(plan.state))).toBe(1);
  });
});

describe('a change that is answered for another register', () => {
  test.each(['kassa24 open_shift', 'kassa24 close_shift'] as const)('%s is looked up', async (name) => {
    const plan: ChangePlan = CHANGES[name];
    const { ask, vendor } = await startOneSick(plan.kind);
    if (plan.before) await vendor.state(plan.before);
    await vendor.fault({ ...plan.asked, replace: OTHER_KKM });
    expect(await ask(plan.request, { 'operation.id': 'op-1' })).toMatchObject({ name: null });
    expect(await vendor.count(plan.asked)).toBe(1);
    expect(plan.done(await vendor.state(plan.state))).toBe(1);
  });
});
