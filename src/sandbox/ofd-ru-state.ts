import { createHash } from 'node:crypto';
import type { Clock } from '#core/clock.ts';
import type { SimulatorSeed } from './simulator.ts';

export type ReportState = 'Todo' | 'Processing' | 'Done' | 'Error' | 'Deleted';

type Kkt = { readonly Id: string; readonly KktRegId: string; readonly KktName: string };

/** A legal entity's cabinet ("ЛКК"). */
export type Agreement = {
  readonly id: string;
  readonly inn: string;
  readonly kpp: string | undefined;
  readonly kkts: readonly Kkt[];
  limit: number;
  consumed: number;
};

export type User = {
  readonly login: string;
  readonly password: string;
  readonly agreements: Set<Agreement>;
  readonly templates: Template[];
};

export type Template = {
  readonly Id: string;
  Name: string;
  BaseReportType: string;
  CustomFields: readonly string[];
  readonly created: number;
  updated: number;
};

export type SimulatedReport = {
  readonly id: string;
  readonly user: User;
  readonly agreement: Agreement;
  readonly created: number;
  /** What was ordered, as it was ordered. */
  readonly order: Readonly<Record<string, unknown>>;
  readonly kkts: readonly Kkt[];
  /** When it will be `Processing`, and when `Done`; moved by whoever sets its state. */
  begins: number;
  ends: number;
  /** Stays as it is, whatever the time. */
  fixed: ReportState | undefined;
};

export type OfdRuState = {
  readonly clock: Clock;
  readonly users: Map<string, User>;
  readonly agreements: Map<string, Agreement>;
  readonly reports: SimulatedReport[];
  readonly tokens: Map<string, { readonly user: User; expires: number }>;
  /** When each user was last served. */
  readonly lastRequest: Map<User, number>;
  /** How many times faster than usual reports are made. */
  speed: number;
  /** Requests a second of one user; 0: as many as there are. */
  perSecond: number;
  /** Reports on a page where pages are not switched off; with `alwaysPaged` also where they are. */
  pageSize: number;
  alwaysPaged: boolean;
  /** The longest period of a report. */
  maxDays: number;
  /** Everybody is locked out, with a good token, too. */
  isLocked: boolean;
};

const KKTS = 3;
const LIMIT = 500_000;
const PAGE_SIZE = 20;
const MAX_DAYS = 366;

/** The same UUID for the same words, so that a restarted sandbox knows its ids again. */
function uuidOf(...words: readonly string[]): string {
  const hex = createHash('sha256').update(words.join('\u0000')).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function createAgreement(id: string, inn: string, kpp: string | undefined): Agreement {
  const kkts = Array.from({ length: KKTS }, (_, index) => ({
    Id: uuidOf('kkt', id, String(index)),
    KktRegId: `000000000000${1000 + index}`,
    KktName: `Касса ${index + 1}`,
  }));
  return { id, inn, kpp, kkts, limit: LIMIT, consumed: 0 };
}

function addUser(state: OfdRuState, login: string, password: string): User {
  const known = state.users.get(login);
  const user = known ?? { login, password, agreements: new Set(), templates: [] };
  state.users.set(login, user);
  return user;
}

/** The users and cabinets of the configuration; accounts of one login are one user with several cabinets. */
export function createState(seed: SimulatorSeed, clock: Clock): OfdRuState {
  const state: OfdRuState = {
    clock,
    users: new Map(),
    agreements: new Map(),
    reports: [],
    tokens: new Map(),
    lastRequest: new Map(),
    speed: 1,
    perSecond: 1,
    pageSize: PAGE_SIZE,
    alwaysPaged: false,
    maxDays: MAX_DAYS,
    isLocked: false,
  };
  for (const { name, config } of seed.accounts) {
    const authToken = text(config.authToken);
    const user = addUser(state, text(config.login) ?? `token of ${name}`, text(config.password) ?? '');
    if (authToken !== undefined) state.tokens.set(authToken, { user, expires: Number.POSITIVE_INFINITY });
    const inn = text(config.inn) ?? '7841465198';
    const kpp = text(config.kpp);
    const id = text(config.ofd_agreement_id) ?? uuidOf('agreement', inn, kpp ?? '');
    const agreement = state.agreements.get(id) ?? createAgreement(id, inn, kpp);
    state.agreements.set(id, agreement);
    user.agreements.add(agreement);
  }
  return state;
}
