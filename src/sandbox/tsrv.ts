import type { Clock } from '#core/clock.ts';
import { isJsonObject } from '#core/json.ts';
import type { SimulatedRequest, SimulatedResponse, SimulatorDefinition } from './simulator.ts';
import {
  beginShift,
  createRegisters,
  deviceRefusal,
  minskTime,
  newUid,
  type Register,
  reportAnswer,
  TsrvRefusal,
  tokenInformation,
} from './tsrv-registers.ts';
import { createSale, moveCash } from './tsrv-sales.ts';

const OK = { result: 'Ok' };

/** The PIN of every simulated token. */
const PIN = '1234';

/** What an action without a register may touch, and what one with a register may. */
type State = { readonly registers: ReadonlyMap<string, Register>; readonly clock: Clock };
type RegisterAction = (register: Register, data: unknown, clock: Clock) => unknown;

function authorize(register: Register, data: unknown): unknown {
  if (register.authorized) throw deviceRefusal('AVQFR_SESSION_ALREADY_AUTHORIZED');
  if (!isJsonObject(data) || data.pin !== PIN) throw deviceRefusal('AVQFR_BAD_KEY_AUTH_DATA');
  register.authorized = true;
  return OK;
}

function logout(register: Register): unknown {
  register.authorized = false;
  return OK;
}

function openShift(register: Register, _data: unknown, clock: Clock): unknown {
  if (register.shift.isOpen) throw deviceRefusal('AVQFR_SHIFT_IS_OPENED');
  beginShift(register, clock);
  return OK;
}

function requireOpenShift({ shift }: Register): void {
  if (!shift.isOpen) throw deviceRefusal('AVQFR_SHIFT_IS_CLOSED');
}

function closeShift(register: Register, _data: unknown, clock: Clock): unknown {
  requireOpenShift(register);
  register.shift.isOpen = false;
  return reportAnswer(register, { date: minskTime(clock.now()), uid: newUid(register) });
}

function getXReport(register: Register): unknown {
  requireOpenShift(register);
  return reportAnswer(register, null);
}

const COMMON_ACTIONS: Readonly<Record<string, (state: State) => unknown>> = {
  'ik.service.app init_session': () => null,
  'ik.service.app version': () => ({ version: '1.0.0' }),
  'ik.service.app printers': () => [],
  'ik.service.token get_tokens': ({ registers }) => [...registers.values()].map(tokenInformation),
};

/** Actions that need no authorized session. */
const OPEN_ACTIONS: Readonly<Record<string, RegisterAction>> = {
  'ik.service.token get_token_by_serial': (register) => tokenInformation(register),
  'ik.service.token.authority authorize': authorize,
};

const SESSION_ACTIONS: Readonly<Record<string, RegisterAction>> = {
  'ik.service.token.authority logout': logout,
  'ik.service.token.shift get_x_report': getXReport,
  'ik.service.token.shift open_shift': openShift,
  'ik.service.token.shift close_shift': closeShift,
  'ik.service.token.sales.retail create_sale': (register, data, clock) => createSale(register, clock, data),
  'ik.service.token.deposit create_deposit': (register, data, clock) =>
    moveCash(register, clock, data, 'deposits'),
  'ik.service.token.withdraw create_withdraw': (register, data, clock) =>
    moveCash(register, clock, data, 'withdraws'),
};

function findRegister({ registers }: State, token: unknown): Register {
  const register = typeof token === 'string' ? registers.get(token) : undefined;
  if (register) return register;
  // The stray bracket is tsrv's own.
  const available = [...registers.keys()].join(', ');
  throw new TsrvRefusal('TSRV_TOKEN_NOT_FOUND', `token was not found. available: [${available}])`);
}

function act(state: State, service: string, headers: Record<string, unknown>, data: unknown): unknown {
  const refresh = headers['tokens.refresh'];
  if (refresh !== undefined && refresh !== 'true' && refresh !== 'false') {
    throw new TsrvRefusal('TSRV_INVALID_HEADER', 'invalid header: tokens.refresh');
  }
  const common = COMMON_ACTIONS[service];
  if (common) return common(state);
  const action = OPEN_ACTIONS[service] ?? SESSION_ACTIONS[service];
  // No page of tsrv names this case.
  if (!action) throw new TsrvRefusal('TSRV_UNKNOWN_ACTION', `unknown action: ${service}`);
  const register = findRegister(state, headers.token);
  if (!(service in OPEN_ACTIONS) && !register.authorized) {
    throw deviceRefusal('AVQFR_SESSION_NOT_AUTHORIZED');
  }
  return action(register, data, state.clock);
}

/** A Message, its keys in the order of the document. */
function message(type: 'send' | 'error' | 'pong', address: unknown, data: unknown): SimulatedResponse {
  const body = { type, address: address ?? null, reply_address: null, data, headers: null };
  return { status: 200, body };
}

function respond(state: State, { method, path, body }: SimulatedRequest): SimulatedResponse {
  if (path !== '/tsrv') return { status: 404 };
  if (method !== 'POST') return { status: 405, headers: { allow: 'POST' } };
  if (!isJsonObject(body)) return { status: 400 };
  const { type = 'send', address, reply_address, data, headers } = body;
  if (type === 'ping') return message('pong', reply_address, null);
  try {
    const fields = isJsonObject(headers) ? headers : {};
    return message('send', reply_address, act(state, `${address} ${fields.action}`, fields, data));
  } catch (error) {
    if (!(error instanceof TsrvRefusal)) throw error;
    return message('error', reply_address, { description: error.message, name: error.name });
  }
}

function setShift(register: Register, value: unknown, clock: Clock): void {
  if (value !== 'open' && value !== 'closed' && value !== 'expired') {
    throw new Error('shift is "open", "closed" or "expired"');
  }
  const { shift } = register;
  if (value === 'closed') shift.isOpen = false;
  else if (!shift.isOpen) beginShift(register, clock);
  if (value === 'expired') shift.expires = clock.now();
}

/** `{"token": s, …}` with `authorized: true | false` or `shift: "open" | "closed" | "expired"`. */
function control({ registers, clock }: State, change: Readonly<Record<string, unknown>>): unknown {
  const { token, authorized, shift, ...rest } = change;
  const register = registers.get(String(token));
  if (!register) throw new Error(`token is one of ${[...registers.keys()].join(', ')}`);
  const unknown = Object.keys(rest);
  if (unknown.length > 0) throw new Error(`${unknown.join(', ')}: there are token, authorized and shift`);
  if (authorized !== undefined && typeof authorized !== 'boolean') {
    throw new Error('authorized is true or false');
  }
  if (authorized !== undefined) register.authorized = authorized;
  if (shift !== undefined) setShift(register, shift, clock);
  return {
    authorized: register.authorized,
    report: reportAnswer(register, null),
    open: register.shift.isOpen,
  };
}

/** The iKassa software cash register, played: `POST /tsrv` with Messages. */
export const tsrv: SimulatorDefinition = {
  kind: 'tsrv',
  create(seed, clock) {
    const state: State = { registers: createRegisters(seed, clock), clock };
    return {
      respond: (request) => respond(state, request),
      control: (change) => control(state, change),
    };
  },
};
