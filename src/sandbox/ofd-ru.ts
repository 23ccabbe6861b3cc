import type { Clock } from '#core/clock.ts';
import { failed, success } from './ofd-ru-answers.ts';
import { control } from './ofd-ru-control.ts';
import { cancel, download, list, order, remove } from './ofd-ru-reports.ts';
import { createState, type OfdRuState, type User } from './ofd-ru-state.ts';
import {
  addTemplate,
  getTemplate,
  listBase,
  listTemplates,
  removeTemplate,
  saveTemplate,
} from './ofd-ru-templates.ts';
import { authorize, login } from './ofd-ru-tokens.ts';
import type { SimulatedRequest, SimulatedResponse, SimulatorDefinition, SimulatorSeed } from './simulator.ts';

/** `id` is the part of the path that names a report, a template or an INN. */
type Handler = (state: OfdRuState, user: User, request: SimulatedRequest, id: string) => SimulatedResponse;

const LOGIN_PATH = '/api/authorization/createauthtoken';

const listKkts: Handler = (_state, user, _request, inn) => {
  const agreements = [...user.agreements].filter((agreement) => agreement.inn === inn);
  return agreements.length > 0
    ? success(agreements.flatMap(({ kkts }) => kkts))
    : failed('AccessDenied', 403);
};

/** The vendor's interface; the first path that fits, so that `templates` and `custom` are no ids of reports. */
const ROUTES: readonly (readonly [method: string, path: RegExp, handler: Handler])[] = [
  ['GET', /^\/api\/customer\/reports$/i, list],
  ['POST', /^\/api\/customer\/reports$/i, order],
  ['GET', /^\/api\/customer\/reports\/templates$/i, listBase],
  ['GET', /^\/api\/customer\/reports\/custom$/i, listTemplates],
  ['POST', /^\/api\/customer\/reports\/custom$/i, addTemplate],
  ['GET', /^\/api\/customer\/reports\/custom\/([^/]+)$/i, getTemplate],
  ['PUT', /^\/api\/customer\/reports\/custom\/([^/]+)$/i, saveTemplate],
  ['DELETE', /^\/api\/customer\/reports\/custom\/([^/]+)$/i, removeTemplate],
  ['GET', /^\/api\/customer\/reports\/([^/]+)\/cancel$/i, cancel],
  ['GET', /^\/api\/customer\/reports\/([^/]+)$/i, download],
  ['DELETE', /^\/api\/customer\/reports\/([^/]+)$/i, remove],
  ['GET', /^\/api\/integration\/v1\/inn\/(\d+)\/kkts$/i, listKkts],
];

function respond(state: OfdRuState, request: SimulatedRequest): SimulatedResponse {
  const { method, path } = request;
  if (method === 'POST' && path.toLowerCase() === LOGIN_PATH) return login(state, request);
  for (const [routeMethod, pattern, handler] of ROUTES) {
    const match = routeMethod === method ? pattern.exec(path) : null;
    if (!match) continue;
    const user = authorize(state, request);
    return 'status' in user ? user : handler(state, user, request, match[1] ?? '');
  }
  return { status: 404, text: 'Not Found' };
}

/** OFD.ru, ИС «Отчеты» 1.3, played: the users and cabinets of the configuration, three cash registers each. */
export const ofdRu: SimulatorDefinition = {
  kind: 'ofd-ru',
  create(seed: SimulatorSeed, clock: Clock) {
    const state = createState(seed, clock);
    return {
      respond: (request) => respond(state, request),
      control: (change) => control(state, change),
    };
  },
};
