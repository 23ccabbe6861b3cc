import { createHash } from 'node:crypto';
import { iiko } from '#sandbox/iiko.ts';
import type { SimulatedResponse, Simulator } from '#sandbox/simulator.ts';
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts';

export const SEED = {
  accounts: [
    {
      name: 'moscow',
      config: { login: 'api', password: 'x', zone: 'Europe/Moscow' },
      devices: [
        { cash_register: 12 },
        { cash_register: 13, point_of_sale: 'aaaaaaaa-0000-4000-8000-0000000000a1' },
      ],
    },
    {
      name: 'office',
      config: { login: 'api', password: 'y', zone: 'Asia/Almaty' },
      devices: [{ cash_register: 12 }],
    },
  ],
};

export type Row = Record<string, unknown>;

export type Visitor = {
  readonly simulator: Simulator;
  readonly clock: FakeClock;
  /** With the key of the last login, if there was one. `path` is below `/resto/api` and may hold a query. */
  get(path: string): SimulatedResponse;
  post(path: string, body?: unknown, contentType?: string): SimulatedResponse;
  logIn(password?: string): SimulatedResponse;
  control(change: Row): Row;
  list(query: string): Row[];
};

export function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}

/** Somebody who talks to a fresh simulator at 15:00 in Moscow. */
export function createVisitor(): Visitor {
  const clock = createFakeClock(Date.parse('2026-01-31T12:00:00Z'));
  const simulator = iiko.create(SEED, clock);
  let key: string | undefined;

  function respond(method: string, path: string, body?: unknown, contentType?: string): SimulatedResponse {
    const url = new URL(`http://iiko/resto/api${path}`);
    return simulator.respond({
      method,
      path: url.pathname,
      query: url.searchParams,
      headers: { cookie: key && `lang=ru; key=${key}`, 'content-type': contentType },
      text: typeof body === 'string' ? body : '',
      body: typeof body === 'string' ? undefined : body,
    });
  }

  return {
    simulator,
    clock,
    get: (path) => respond('GET', path),
    post: (path, body, contentType = 'application/json; charset=utf-8') =>
      respond('POST', path, body, contentType),
    logIn(password = 'x') {
      const response = respond('POST', `/auth?login=api&pass=${sha1(password)}`);
      if (response.status === 200) key = response.text;
      return response;
    },
    control: (change) => simulator.control(change) as Row,
    list(query) {
      const { status, body, text } = respond('GET', `/v2/cashshifts/list?${query}`);
      if (status !== 200) throw new Error(text);
      return JSON.parse(JSON.stringify(body)) as Row[];
    },
  };
}
