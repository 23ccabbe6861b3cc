import { COUNTERAGENTS, LEDGER } from '#sandbox/iiko-accounts.ts';
import { stableUuid } from '#sandbox/iiko-ids.ts';
import * as definitions from '#sandbox/index.ts';
import type { SimulatorDefinition } from '#sandbox/simulator.ts';

export type Kind = 'tsrv' | 'kassa24' | 'iiko' | 'ofd-ru' | 'white-server';

/** How an account of that kind and its register are configured; `n` makes the names of two accounts differ. */
type VendorKind = {
  readonly definition: SimulatorDefinition;
  account(n: number): object;
  /** Undefined where the kind has no registers. */
  device?(n: number): object;
  /** `POST /_sandbox/state` at the beginning. */
  readonly state?: object;
};

export const VENDOR_KINDS: Readonly<Record<Kind, VendorKind>> = {
  tsrv: { definition: definitions.tsrv, account: () => ({}), device: () => ({}) },
  kassa24: {
    definition: definitions.kassa24,
    account: (n) => ({ login: `7777000000${n}`, password: `kassa-password-${n}`, zone: 'Asia/Almaty' }),
    device: (n) => ({ id_kkm: 77504 + n }),
  },
  iiko: {
    definition: definitions.iiko,
    account: (n) => ({
      login: `user-${n}`,
      password: `iiko-password-${n}`,
      zone: 'Europe/Moscow',
      currency: 'RUB',
    }),
    device: (n) => ({ cash_register: 11 + n }),
  },
  'ofd-ru': {
    definition: definitions.ofdRu,
    account: (n) => ({
      login: `user-${n}`,
      password: `ofd-password-${n}`,
      inn: '7841465198',
      kpp: '772501001',
      // One request a second is another story.
      perSecond: 1000,
    }),
    state: { per_second: 0 },
  },
  'white-server': {
    definition: definitions.whiteServer,
    account: (n) => ({ token: `aggregator-token-${n}`, object_id: 199_990_000 + 2 * n }),
  },
};

/** A message to a service: about a register where the kind has some, unless it is about the account. */
export type Request = {
  readonly address: string;
  readonly action: string;
  readonly data?: unknown;
  readonly isAboutAccount?: boolean;
};

/** Requests as the vendor sees them; `asks` is in the body. The same keys tell a fault what to strike. */
export type Asked = { readonly method: 'GET' | 'POST'; readonly path: string; readonly asks?: string };

/** A read, and the one request of it that everything depends on. */
export type Read = { readonly request: Request; readonly asked: Asked };

const WHITE_SERVER_PATH = '/wsserverlp/api/v2/aggregators/Create';

export const READS: Readonly<Record<Kind, Read>> = {
  tsrv: {
    request: { address: 'ik.service.token.shift', action: 'get_x_report' },
    asked: { method: 'POST', path: '/tsrv', asks: '"get_x_report"' },
  },
  kassa24: {
    request: { address: 'kassa24.shift', action: 'get_shift' },
    asked: { method: 'GET', path: '/kkms/77505' },
  },
  iiko: {
    request: { address: 'ik.service.token.shift', action: 'get_x_report' },
    asked: { method: 'GET', path: '/resto/api/v2/cashshifts/list' },
  },
  'ofd-ru': {
    request: { address: 'ofd_ru.reports', action: 'list_reports' },
    asked: { method: 'GET', path: '/api/customer/reports' },
  },
  'white-server': {
    request: { address: 'white_server.storehouse', action: 'get_agents' },
    asked: { method: 'POST', path: WHITE_SERVER_PATH, asks: '"GetAgentList"' },
  },
};

/** A change, the request that carries it out, and what the vendor's state tells of it. */
export type ChangePlan = {
  readonly kind: Kind;
  readonly request: Request;
  readonly asked: Asked;
  /** `POST /_sandbox/state` before it. */
  readonly before?: object;
  /** How often it was done, told by `POST /_sandbox/state`. */
  readonly state: object;
  done(state: Record<string, unknown>): number;
};

type ShiftState = { readonly shifts: readonly { readonly z_reports: number }[] };

const SHIFT_ADDRESS = 'ik.service.token.shift';

export const CHANGES = {
  'tsrv open_shift': {
    kind: 'tsrv',
    request: { address: SHIFT_ADDRESS, action: 'open_shift' },
    asked: { method: 'POST', path: '/tsrv', asks: '"open_shift"' },
    before: { token: 'REGISTER-1', shift: 'closed' },
    state: { token: 'REGISTER-1' },
    done: ({ report }) => Number((report as { number: number }).number) - 1,
  },
  'tsrv close_shift': {
    kind: 'tsrv',
    request: { address: SHIFT_ADDRESS, action: 'close_shift' },
    asked: { method: 'POST', path: '/tsrv', asks: '"close_shift"' },
    state: { token: 'REGISTER-1' },
    done: ({ open }) => (open ? 0 : 1),
  },
  'kassa24 open_shift': {
    kind: 'kassa24',
    request: { address: SHIFT_ADDRESS, action: 'open_shift' },
    asked: { method: 'POST', path: '/shifts' },
    before: { id_kkm: 77505, shift: 'closed' },
    state: { id_kkm: 77505 },
    done: (state) => (state as ShiftState).shifts.length - 1,
  },
  'kassa24 close_shift': {
    kind: 'kassa24',
    request: { address: SHIFT_ADDRESS, action: 'close_shift' },
    asked: { method: 'POST', path: '/shifts/*' },
    state: { id_kkm: 77505 },
    done: (state) => (state as ShiftState).shifts.reduce((all, { z_reports }) => all + z_reports, 0),
  },
  'iiko accept_shift': {
    kind: 'iiko',
    request: {
      address: 'iiko.cash_shifts',
      action: 'accept_shift',
      isAboutAccount: true,
      data: {
        id: stableUuid('first 12 shift 0'),
        status: 'ACCEPTED',
        account_shortage_id: LEDGER.cashDifference.id,
        counteragent_shortage_id: COUNTERAGENTS.cashier.id,
        account_surplus_id: LEDGER.cashDifference.id,
        counteragent_surplus_id: COUNTERAGENTS.cashier.id,
      },
    },
    asked: { method: 'POST', path: '/resto/api/v2/cashshifts/save' },
    state: { cash_register: 12 },
    done: ({ accepted }) => Number(accepted),
  },
  'ofd-ru create_report': {
    kind: 'ofd-ru',
    request: {
      address: 'ofd_ru.reports',
      action: 'create_report',
      data: {
        date_from: '2026-02-01T00:00:00+03:00',
        date_to: '2026-02-02T00:00:00+03:00',
        report_type: 'ReceiptReport',
        select_all_kkts: true,
      },
    },
    asked: { method: 'POST', path: '/api/customer/reports' },
    state: {},
    done: ({ reports }) => (reports as unknown[]).length,
  },
} as const satisfies Readonly<Record<string, ChangePlan>>;

export const KINDS = Object.keys(VENDOR_KINDS) as readonly Kind[];

/** Where those that have sessions log in. */
export const LOGINS: readonly (readonly [kind: Kind, login: Asked])[] = [
  ['kassa24', { method: 'POST', path: '/auth' }],
  ['iiko', { method: 'POST', path: '/resto/api/auth' }],
  ['ofd-ru', { method: 'POST', path: '/api/Authorization/CreateAuthToken' }],
];
