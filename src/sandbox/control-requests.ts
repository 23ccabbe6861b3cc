import { isJsonObject } from '#core/json.ts';
import type { Faults } from './faults.ts';
import type { RequestJournal } from './request-journal.ts';
import type { SimulatedRequest, SimulatedResponse, Simulator } from './simulator.ts';

/** What the control endpoints of one simulator work on. */
export type Controlled = {
  readonly simulator: Simulator;
  readonly faults: Faults;
  readonly journal: RequestJournal;
};

const PREFIX = '/_sandbox/';

const refused = (...complaints: readonly string[]): SimulatedResponse => ({
  status: 400,
  body: { errors: complaints },
});

function addFault({ body }: SimulatedRequest, { faults }: Controlled): SimulatedResponse {
  if (!isJsonObject(body)) return refused('the body is no JSON object');
  const added = faults.add(body);
  return 'complaints' in added ? refused(...added.complaints) : { status: 201, body: added };
}

function changeState({ body }: SimulatedRequest, { simulator }: Controlled): SimulatedResponse {
  if (!isJsonObject(body)) return refused('the body is no JSON object');
  try {
    return { status: 200, body: simulator.control(body) ?? {} };
  } catch (error) {
    return refused(error instanceof Error ? error.message : String(error));
  }
}

type Endpoint = (request: SimulatedRequest, controlled: Controlled) => SimulatedResponse;

const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  'POST faults': addFault,
  'GET faults': (_request, { faults }) => ({ status: 200, body: { faults: faults.list() } }),
  'DELETE faults': (_request, { faults }) => {
    faults.clear();
    return { status: 204 };
  },
  'POST state': changeState,
  'GET requests': (_request, { journal }) => ({
    status: 200,
    body: { total: journal.total, requests: journal.list() },
  }),
};

export function isControlRequest(path: string): boolean {
  return path.startsWith(PREFIX);
}

/** Answers a request below `/_sandbox/`; these are never disturbed by faults and never in the journal. */
export function respondToControl(request: SimulatedRequest, controlled: Controlled): SimulatedResponse {
  const endpoint = ENDPOINTS[`${request.method} ${request.path.slice(PREFIX.length)}`];
  if (endpoint) return endpoint(request, controlled);
  return { status: 404, body: { errors: [`there are: ${Object.keys(ENDPOINTS).join(', ')}`] } };
}
