import { Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '#core/clock.ts';
import { JsonNumber } from '#core/json.ts';
import { silentLog } from '#core/log.ts';
import { type RunningSimulator, startSimulator } from '#sandbox/server.ts';
import type { SimulatedRequest, SimulatorDefinition } from '#sandbox/simulator.ts';
import { createFakeClock } from '../support/fake-clock.ts';

let carriedOut: SimulatedRequest[];
let server: RunningSimulator;

/** Answers every request with what it was asked; `/broken` fails. */
const mirror: SimulatorDefinition = {
  kind: 'mirror',
  create: () => ({
    respond(request) {
      if (request.path === '/broken') throw new Error('broken');
      carriedOut.push(request);
      const { method, path, body } = request;
      return { status: 201, headers: { 'x-mirror': 'yes' }, body: { method, path, body } };
    },
    control(change) {
      if (change.bad) throw new Error('bad is bad');
      return { changed: Object.keys(change) };
    },
  }),
};

beforeEach(async () => {
  carriedOut = [];
  server = await startSimulator(mirror, { accounts: [] }, { clock: systemClock });
});

afterEach(() => server.close());

function send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return fetch(server.baseUrl + path, { method, headers, ...(body === undefined ? {} : { body: text }) });
}

const fault = (body: object) => send('POST', '/_sandbox/faults', body);

describe('startSimulator', () => {
  test('logs what goes wrong while it accepts, and goes on', async () => {
    const listen = vi.spyOn(Server.prototype, 'listen');
    const errors: object[] = [];
    const log = { ...silentLog, error: (fields: object) => errors.push(fields) };
    const other = await startSimulator(mirror, { accounts: [] }, { clock: systemClock, log });
    const error = new Error('accept EMFILE');
    const [server] = listen.mock.contexts as Server[];
    server?.emit('error', error);
    listen.mockRestore();
    await other.close();
    expect(errors).toEqual([{ error, kind: 'mirror' }]);
  });

  test('hands requests to the simulator and sends its answers', async () => {
    const response = await send('POST', '/a/b?c=1&c=2', { n: 1 }, { 'X-One': 'two' });
    expect(response.status).toBe(201);
    expect(response.headers.get('x-mirror')).toBe('yes');
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await response.json()).toEqual({ method: 'POST', path: '/a/b', body: { n: 1 } });
    expect(carriedOut[0]?.headers['x-one']).toBe('two');
    expect(carriedOut[0]?.query.getAll('c')).toEqual(['1', '2']);
  });

  test('tells how many requests are under way', async () => {
    await fault({ path: '/slow', delay_ms: 60_000 });
    const slow = send('GET', '/slow').catch(() => undefined);
    await expect.poll(async () => (await send('GET', '/_sandbox/faults')).json()).toEqual({ faults: [] });
    await send('GET', '/a');
    await send('GET', '/a');
    expect(carriedOut.map(({ underWay }) => underWay)).toEqual([2, 2]);
    await server.close();
    await slow;
    server = await startSimulator(mirror, { accounts: [] }, { clock: systemClock });
  });

  test('reads numbers exactly', async () => {
    await send('POST', '/a', '{"n":12345678901234567.89}');
    expect(carriedOut[0]?.body).toEqual({ n: new JsonNumber('12345678901234567.89') });
  });

  test('takes a body that is no JSON for a text', async () => {
    await send('POST', '/a', '{"n":');
    expect(carriedOut[0]).toMatchObject({ text: '{"n":', body: undefined });
  });

  test('answers 500 when the simulator itself fails, and goes on', async () => {
    expect((await send('GET', '/broken')).status).toBe(500);
    expect((await send('GET', '/a')).status).toBe(201);
  });

  test('refuses a port that is taken', async () => {
    const port = Number(new URL(server.baseUrl).port);
    const second = startSimulator(mirror, { accounts: [] }, { clock: systemClock, port });
    await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  test('ends although an answer hangs', async () => {
    await fault({ fault: 'hang' });
    const hanging = send('GET', '/a').catch((error: unknown) => error);
    await expect.poll(async () => (await send('GET', '/_sandbox/faults')).json()).toEqual({ faults: [] });
    await server.close();
    expect(await hanging).toBeInstanceOf(TypeError);
    server = await startSimulator(mirror, { accounts: [] }, { clock: systemClock });
  });
});

describe('faults', () => {
  test.each([
    ['reset', 0],
    ['lost_answer', 1],
  ])('%s breaks the connection, having carried out %i requests', async (kind, count) => {
    await fault({ fault: kind });
    await expect(send('GET', '/a')).rejects.toThrow();
    expect(carriedOut).toHaveLength(count);
    expect((await send('GET', '/a')).status).toBe(201);
  });

  test('truncate sends half of the answer', async () => {
    await fault({ fault: 'truncate' });
    const response = await send('GET', '/a');
    expect(response.status).toBe(201);
    await expect(response.text()).rejects.toThrow();
    expect(carriedOut).toHaveLength(1);
  });

  test.each([
    ['html', 'text/html; charset=utf-8', /^<!DOCTYPE html>/],
    ['not_json', 'application/json', /^\{"Status":200,$/],
  ])('%s answers in the way of something else than the vendor', async (kind, type, text) => {
    await fault({ fault: kind });
    const response = await send('GET', '/a');
    expect(response.headers.get('content-type')).toBe(type);
    expect(await response.text()).toMatch(text);
    expect(carriedOut).toHaveLength(0);
  });

  test('answers with the status, body and headers it is given, without carrying anything out', async () => {
    await fault({ status: 403, body: { Status: 403 }, headers: { uid: 'u1' } });
    const response = await send('GET', '/a');
    expect(response.status).toBe(403);
    expect(response.headers.get('uid')).toBe('u1');
    expect(await response.json()).toEqual({ Status: 403 });
    expect(carriedOut).toHaveLength(0);
  });

  test('answers with a text as it is', async () => {
    await fault({ text: '404 page not found', status: 404 });
    expect(await (await send('GET', '/a')).text()).toBe('404 page not found');
  });

  test('answers 429 with a Retry-After alone', async () => {
    await fault({ retry_after: 7 });
    const response = await send('GET', '/a');
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '7']);
  });

  test('waits first, by the clock it was given', async () => {
    const clock = createFakeClock(0);
    await server.close();
    server = await startSimulator(mirror, { accounts: [] }, { clock });
    await fault({ delay_ms: 60_000 });
    const answer = send('GET', '/a');
    await expect.poll(() => clock.pending).toBe(1);
    expect(carriedOut).toHaveLength(0);
    clock.advance(60_000);
    expect((await answer).status).toBe(201);
  });

  test('put other texts and headers into the answer, which is carried out', async () => {
    await fault({ replace: { '/a': '/b', GET: 'PUT' }, headers: { date: 'Thu, 01 Jan 1970 00:00:00 GMT' } });
    const response = await send('GET', '/a');
    expect([response.status, response.headers.get('date')]).toEqual([201, 'Thu, 01 Jan 1970 00:00:00 GMT']);
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await response.json()).toEqual({ method: 'PUT', path: '/b' });
    expect(carriedOut).toHaveLength(1);
  });

  test('trickle sends a byte of the answer a second', async () => {
    const clock = createFakeClock(0);
    await server.close();
    server = await startSimulator(mirror, { accounts: [] }, { clock });
    await fault({ fault: 'trickle' });
    const reader = (await send('GET', '/a')).body?.getReader();
    const decoder = new TextDecoder();
    let text = '';
    for (let bytes = 0; bytes < 10; bytes += 1) {
      text += decoder.decode((await reader?.read())?.value);
      await expect.poll(() => clock.pending).toBe(1);
      clock.advance(1000);
    }
    expect(text).toBe('{"method":');
    await reader?.cancel();
  });

  test('are added, listed and cleared', async () => {
    const added = await fault({ path: '/a', status: 500, times: 3 });
    expect(added.status).toBe(201);
    expect(await added.json()).toEqual({ id: 1, path: '/a', status: 500, times: 3, left: 3 });
    await send('GET', '/a');
    const listed = await send('GET', '/_sandbox/faults');
    expect(await listed.json()).toEqual({
      faults: [{ id: 1, path: '/a', status: 500, times: 3, left: 2 }],
    });
    expect((await send('DELETE', '/_sandbox/faults')).status).toBe(204);
    expect((await send('GET', '/a')).status).toBe(201);
  });

  test('are refused with a readable complaint', async () => {
    const response = await fault({ fault: 'reset', tims: 1 });
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      errors: ['the fault must not have additional properties: tims'],
    });
    expect((await send('POST', '/_sandbox/faults', '[]')).status).toBe(400);
  });

  test('never hit the control endpoints', async () => {
    await fault({ fault: 'hang', times: 0 });
    expect((await send('GET', '/_sandbox/requests')).status).toBe(200);
  });
});

describe('control endpoints', () => {
  test('hand a change of state to the simulator', async () => {
    const response = await send('POST', '/_sandbox/state', { shift: 'closed' });
    expect([response.status, await response.json()]).toEqual([200, { changed: ['shift'] }]);
  });

  test('say why the simulator refuses a change', async () => {
    const response = await send('POST', '/_sandbox/state', { bad: true });
    expect([response.status, await response.json()]).toEqual([400, { errors: ['bad is bad'] }]);
  });

  test('show what the vendor was asked, without credentials', async () => {
    await send('POST', '/auth?pass=p1&from=x', { Login: 'l', Password: 'p2', n: 1 }, { authorization: 'b' });
    await send('GET', '/a', undefined, { Uid: 'u1', cookie: 'key=p3' });
    const response = await send('GET', '/_sandbox/requests');
    const { requests } = (await response.json()) as { requests: unknown[] };
    expect(requests).toMatchObject([
      {
        method: 'POST',
        path: '/auth',
        query: { pass: ['***'], from: ['x'] },
        headers: { authorization: '***' },
        body: { Login: 'l', Password: '***', n: 1 },
      },
      { method: 'GET', path: '/a', headers: { uid: 'u1', cookie: '***' }, body: null },
    ]);
    expect(JSON.stringify(requests)).not.toMatch(/p[123]/);
  });

  test('remember the last 200 requests', async () => {
    for (let n = 0; n < 205; n += 1) await send('GET', `/${n}`);
    const { requests, total } = (await (await send('GET', '/_sandbox/requests')).json()) as {
      requests: { path: string }[];
      total: number;
    };
    expect([requests.length, requests[0]?.path, requests.at(-1)?.path]).toEqual([200, '/5', '/204']);
    expect(total).toBe(205);
  });

  test('name what there is when asked for something else', async () => {
    const response = await send('GET', '/_sandbox/nothing');
    expect(response.status).toBe(404);
    expect(await response.text()).toContain('POST faults');
  });
});
