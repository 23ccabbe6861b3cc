import type { Clock } from '#core/clock.ts';
import { FIRST_SALE } from './first-sale.ts';
import { kkmAnswer, REFUSALS, refusal, success } from './kassa24-answers.ts';
import { control } from './kassa24-control.ts';
import { addReceipt, moveCash, type Outcome } from './kassa24-receipts.ts';
import { createState } from './kassa24-seed.ts';
import {
  closeShift,
  findKkm,
  getSectionReport,
  getShift,
  getXReport,
  onceByUid,
  openShift,
  sellingShift,
} from './kassa24-shifts.ts';
import {
  addShift,
  type Cashier,
  type Kassa24State,
  SECTIONS,
  type SectionKind,
  type Shift,
} from './kassa24-state.ts';
import { authorize, login } from './kassa24-tokens.ts';
import type { SimulatedRequest, SimulatedResponse, SimulatorDefinition, SimulatorSeed } from './simulator.ts';

type Handler = (
  state: Kassa24State,
  cashier: Cashier,
  request: SimulatedRequest,
  id: number,
) => SimulatedResponse;

const getKkm: Handler = (state, cashier, _request, id) => {
  const kkm = findKkm(state, cashier, id);
  return kkm ? success({ Kkm: kkmAnswer(kkm) }) : REFUSALS.noAccess;
};

const getSections: Handler = (state, cashier, _request, id) => {
  if (!findKkm(state, cashier, id)) return REFUSALS.noAccess;
  return success({ Sections: SECTIONS.map(({ id: Id, name }) => ({ Id, Name: name, IdKkm: id })) });
};

const getUid: Handler = (state, cashier, _request, id) => {
  const kkm = findKkm(state, cashier, id);
  return kkm ? success({ Uid: kkm.uid }) : REFUSALS.noAccess;
};

/** An operation in the register's open shift, once per Uid. */
function operation(run: (state: Kassa24State, shift: Shift, body: unknown) => Outcome): Handler {
  return (state, cashier, { headers, body }, id) => {
    const kkm = findKkm(state, cashier, id);
    if (!kkm) return REFUSALS.noAccess;
    return onceByUid(kkm, headers.uid, () => {
      const shift = sellingShift(state, kkm);
      return 'refused' in shift ? shift : run(state, shift, body);
    });
  };
}

const receipt = (kind: SectionKind) =>
  operation((state, shift, body) => addReceipt(state, shift, kind, body));

const cashMove = (kind: 'Incomes' | 'Expenses') =>
  operation((state, shift, body) => moveCash(state, shift, kind, body));

/** The vendor's interface; the number in a path is the register's or the shift's id. */
const ROUTES: readonly (readonly [method: string, path: RegExp, handler: Handler])[] = [
  ['GET', /^\/kkms\/(\d+)$/, getKkm],
  ['GET', /^\/kkms\/(\d+)\/sections$/, getSections],
  ['GET', /^\/uid\/(\d+)$/, getUid],
  ['POST', /^\/shifts$/, openShift],
  ['GET', /^\/shifts\/(\d+)$/, (state, cashier, _request, id) => getShift(state, cashier, id)],
  ['POST', /^\/shifts\/(\d+)\/x$/, (state, cashier, _request, id) => getXReport(state, cashier, id)],
  [
    'GET',
    /^\/shifts\/(\d+)\/sections\/reports$/,
    (state, cashier, _request, id) => getSectionReport(state, cashier, id),
  ],
  ['POST', /^\/shifts\/(\d+)\/z$/, (state, cashier, request, id) => closeShift(state, cashier, id, request)],
  ['POST', /^\/kkms\/(\d+)\/sales$/, receipt('Sales')],
  ['POST', /^\/kkms\/(\d+)\/refunds$/, receipt('Refunds')],
  ['POST', /^\/kkms\/(\d+)\/purchases$/, receipt('Purchases')],
  ['POST', /^\/kkms\/(\d+)\/purchase_refunds$/, receipt('PurchaseRefunds')],
  // The document names no paths for cash put in and taken out; these two are ours.
  ['POST', /^\/kkms\/(\d+)\/incomes$/, cashMove('Incomes')],
  ['POST', /^\/kkms\/(\d+)\/expenses$/, cashMove('Expenses')],
];

function respond(state: Kassa24State, request: SimulatedRequest): SimulatedResponse {
  if (request.method === 'POST' && request.path === '/auth') return login(state, request);
  for (const [method, path, handler] of ROUTES) {
    const match = method === request.method ? path.exec(request.path) : null;
    if (!match) continue;
    const cashier = authorize(state, request);
    return 'status' in cashier ? cashier : handler(state, cashier, request, Number(match[1]));
  }
  return refusal(404, 'Not Found');
}

/** Every register begins with a shift open for two hours and one sale. */
function openFirstShifts(state: Kassa24State, seed: SimulatorSeed): void {
  const closed = new Set(
    seed.accounts.flatMap(({ devices }) =>
      devices.filter(({ shift }) => shift === 'closed').map(({ id_kkm }) => Number(id_kkm)),
    ),
  );
  for (const kkm of state.kkms.values()) {
    if (closed.has(kkm.id)) continue;
    addShift(state, kkm, kkm.cashier, state.clock.now() - 2 * 3_600_000);
    control(state, { id_kkm: kkm.id, sell: FIRST_SALE });
  }
}

/** Kassa24 Business / Fiscal24, played: cashiers, registers and shifts of the configuration. */
export const kassa24: SimulatorDefinition = {
  kind: 'kassa24',
  create(seed: SimulatorSeed, clock: Clock) {
    const state = createState(seed, clock);
    openFirstShifts(state, seed);
    return {
      respond: (request) => respond(state, request),
      control: (change) => control(state, change),
    };
  },
};
