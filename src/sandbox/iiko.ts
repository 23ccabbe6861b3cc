import { isJsonObject } from '#core/json.ts';
import { saveDocument, writeDocument } from './iiko-acceptance.ts';
import { listAccounts } from './iiko-accounts.ts';
import { type Controls, control } from './iiko-controls.ts';
import { createDocument, textOf } from './iiko-documents.ts';
import { isUuid } from './iiko-ids.ts';
import { Licence } from './iiko-licence.ts';
import { writePayments } from './iiko-payments.ts';
import { ShiftBook } from './iiko-shift-book.ts';
import { readFilter, writeShift } from './iiko-shift-list.ts';
import type { SimulatedShift } from './iiko-shifts.ts';
import type { SimulatedRequest, SimulatedResponse, SimulatorDefinition } from './simulator.ts';

/** What a route may use: the server, and the part of its shifts that the asking account can see. */
type Visit = { readonly controls: Controls; readonly shifts: readonly SimulatedShift[] };

/** The last part of a path like `byId/{sessionId}` comes as `id`. */
type Route = (request: SimulatedRequest, visit: Visit, id: string) => SimulatedResponse;

const text = (status: number, words: string): SimulatedResponse => ({ status, text: words });

/** Runs `answer` with the shift of that id, or says what is wrong with the id. */
function withShift(
  { shifts }: Visit,
  id: string,
  answer: (shift: SimulatedShift) => SimulatedResponse,
): SimulatedResponse {
  if (!isUuid(id)) return text(400, `Malformed session id: '${id}'`);
  const shift = shifts.find(({ row }) => row.id === id.toLowerCase());
  return shift ? answer(shift) : text(404, `Cash session ${id} not found`);
}

/** The draft is created by being asked for. */
function documentOf(shift: SimulatedShift): SimulatedShift['document'] {
  if (shift.row.closeDate !== null) shift.document ??= createDocument();
  return shift.document;
}

const list: Route = ({ query }, { shifts, controls }) => {
  const filter = readFilter(query);
  if (typeof filter === 'string') return text(400, filter);
  const rows = shifts.filter(filter).map(({ row }) => writeShift(row, controls.spelling, 'list'));
  return { status: 200, body: rows };
};

const byId: Route = (_request, visit, id) =>
  withShift(visit, id, ({ row }) => ({
    status: 200,
    body: writeShift(row, visit.controls.spelling, 'by id'),
  }));

const payments: Route = ({ query }, visit, id) => {
  const hideAccepted = query.get('hideAccepted') ?? 'false';
  if (!['true', 'false'].includes(hideAccepted)) return text(400, `Wrong boolean value: ${hideAccepted}`);
  return withShift(visit, id, (shift) => ({
    status: 200,
    body: writePayments(shift, hideAccepted === 'true', visit.controls.spelling),
  }));
};

const closedSessionDocument: Route = (_request, visit, id) =>
  withShift(visit, id, (shift) => {
    const document = documentOf(shift);
    if (!document) return text(409, 'Кассовая смена не закрыта.');
    return { status: 200, body: writeDocument(shift, document) };
  });

const save: Route = ({ body, headers }, visit) => {
  if (!headers['content-type']?.startsWith('application/json')) return text(415, 'Unsupported Media Type');
  if (!isJsonObject(body)) return text(400, 'Malformed document');
  const session = isJsonObject(body.session) ? body.session : {};
  return withShift(visit, textOf(session.sessionId) ?? '', (shift) => {
    const { document } = shift;
    if (!document || document.id !== body.id) return text(404, `Document ${String(body.id)} not found`);
    const answer = saveDocument(body, shift, document, (status) => visit.controls.book.accept(shift, status));
    return { status: 200, body: answer };
  });
};

const accounts: Route = ({ query }) => ({
  status: 200,
  body: listAccounts(query.get('includeDeleted') === 'true'),
});

/** Method and path below `/resto/api`; `*` stands for the id. */
const ROUTES: Readonly<Record<string, Route>> = {
  'GET /v2/cashshifts/list': list,
  'GET /v2/cashshifts/byId/*': byId,
  'GET /v2/cashshifts/payments/list/*': payments,
  'GET /v2/cashshifts/closedSessionDocument/*': closedSessionDocument,
  'POST /v2/cashshifts/save': save,
  'GET /v2/entities/accounts/list': accounts,
};

const PREFIX = '/resto/api';

/** The route of a request; `undefined` is a 404. */
function findRoute(method: string, path: string): { route: Route; id: string } | undefined {
  const exact = ROUTES[`${method} ${path}`];
  if (exact) return { route: exact, id: '' };
  const slash = path.lastIndexOf('/');
  const withId = ROUTES[`${method} ${path.slice(0, slash)}/*`];
  return withId && { route: withId, id: path.slice(slash + 1) };
}

/** The key may come in the query or, since 4.3, as a cookie. */
function tokenOf({ query, headers }: SimulatedRequest): string | undefined {
  return query.get('key') ?? /(?:^|;\s*)key=([^;]+)/.exec(headers.cookie ?? '')?.[1];
}

function logIn({ method, query, text: form }: SimulatedRequest, licence: Licence): SimulatedResponse {
  const given = query.has('login') || method === 'GET' ? query : new URLSearchParams(form);
  const outcome = licence.login(given.get('login') ?? '', given.get('pass') ?? '');
  if ('token' in outcome) {
    return {
      status: 200,
      headers: { 'set-cookie': `key=${outcome.token}; Path=/resto/api` },
      text: outcome.token,
    };
  }
  return outcome.refused === 'credentials'
    ? text(401, 'Wrong login or password')
    : text(403, 'License enhancement is required: no connections available for module 2000');
}

function logOut(request: SimulatedRequest, licence: Licence): SimulatedResponse {
  const token = tokenOf(request);
  if (token === undefined) return text(401, 'Token is expired or invalid');
  licence.logout(token);
  return text(200, token);
}

function respond(request: SimulatedRequest, controls: Controls): SimulatedResponse {
  const { method, path } = request;
  const below = path.startsWith(`${PREFIX}/`) ? path.slice(PREFIX.length) : '';
  const either = method === 'GET' || method === 'POST';
  if (below === '/auth' && either) return logIn(request, controls.licence);
  if (below === '/logout' && either) return logOut(request, controls.licence);
  if (below === '/licence/info' && method === 'GET') return text(200, String(controls.licence.free()));

  const seen = controls.licence.accountsBehind(tokenOf(request));
  if (!seen) return text(401, 'Token is expired or invalid');
  const found = findRoute(method, below);
  if (!found) return text(404, `Not found: ${path}`);
  const shifts = controls.book.all().filter(({ account }) => seen.includes(account));
  return found.route(request, { controls, shifts }, found.id);
}

/**
 * An iiko server as 004_… "Работа со сменами" describes it, with what its answers are known to differ in. It
 * knows the logins and cash registers of the configuration; each account is a restaurant of its own.
 */
export const iiko: SimulatorDefinition = {
  kind: 'iiko',
  create(seed, clock) {
    const controls: Controls = {
      licence: new Licence(seed, clock),
      book: new ShiftBook(seed, clock),
      spelling: 'live',
      mostAtOnce: 0,
    };
    return {
      respond(request) {
        controls.mostAtOnce = Math.max(controls.mostAtOnce, request.underWay ?? 1);
        return respond(request, controls);
      },
      control: (change) => control(change, controls),
    };
  },
};
