import { createServer } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import type { Clock } from '#core/clock.ts';
import { createSockJs, type SockJsConnection } from '#transports/sockjs/server.ts';
import { expectPoll, newSession, openByPolling } from '../conformance/expectations.ts';
import { call, openStream, RawConnection, until } from '../conformance/http-client.ts';
import { WebSocketClient } from '../conformance/websocket-client.ts';
import { listenSockJs, type RunningServer } from '../sockjs-test-server.ts';

/** Time that passes when told to. */
class ManualClock implements Clock {
  #now = 0;
  readonly #timers = new Map<() => void, number>();

  /** Timers that are set and have not fired. */
  get pending(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#now;
  }

  setTimeout(run: () => void, ms: number) {
    const due = () => run(); // its own identity: one function may be set twice
    this.#timers.set(due, this.#now + ms);
    return { cancel: () => void this.#timers.delete(due) };
  }

  advance(ms: number): void {
    this.#now += ms;
    for (const [due, at] of [...this.#timers]) {
      if (at > this.#now || !this.#timers.delete(due)) continue;
      due();
    }
  }
}

const running: RunningServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

async function listen() {
  const clock = new ManualClock();
  const opened: SockJsConnection[] = [];
  const closed: SockJsConnection[] = [];
  const server = await listenSockJs([
    {
      prefix: '/s',
      clock,
      open(connection) {
        opened.push(connection);
        connection.onClose = () => closed.push(connection);
      },
    },
  ]);
  running.push(server);
  return { base: `${server.url}/s`, clock, opened, closed, stop: server.stop };
}

const HEARTBEAT = 25_000;
const DELAY = 5_000;

describe('heartbeats', () => {
  it('go out on a stream every 25 s', async () => {
    const { base, clock } = await listen();
    const stream = await openStream('POST', `${newSession(base)}/xhr_streaming`);
    await stream.text.next(2049 + 2);
    clock.advance(HEARTBEAT - 1);
    clock.advance(1);
    clock.advance(HEARTBEAT);
    expect(await stream.text.next(4)).toBe('h\nh\n');
    stream.abort();
  });

  it('end a poll', async () => {
    const { base, clock } = await listen();
    const session = newSession(base);
    await openByPolling(session);
    const poll = await RawConnection.open(session);
    await poll.write('POST', `${session}/xhr`, '1.1');
    await expectPoll(session, 'c[2010,"Another connection still open"]\n');
    clock.advance(HEARTBEAT - 1);
    await expectPoll(session, 'c[2010,"Another connection still open"]\n');
    clock.advance(1);
    expect((await poll.head()).headers['content-length']).toBe('2');
    expect(await poll.text.next(2)).toBe('h\n');
    poll.abort();
  });

  it('go out on a framed WebSocket and not on a raw one', async () => {
    const { base, clock, opened } = await listen();
    const framed = await WebSocketClient.open(`${newSession(base)}/websocket`);
    const raw = await WebSocketClient.open(`${base}/websocket`);
    expect(await framed.text()).toBe('o');
    expect(clock.pending).toBe(1);
    clock.advance(HEARTBEAT);
    clock.advance(HEARTBEAT);
    expect([await framed.text(), await framed.text()]).toEqual(['h', 'h']);
    opened[1]?.send('the first thing it hears');
    expect(await raw.text()).toBe('the first thing it hears');
  });
});

describe('a session without a receiving request', () => {
  it('ends after 5 s', async () => {
    const { base, clock, closed } = await listen();
    const session = newSession(base);
    await openByPolling(session);
    clock.advance(DELAY - 1);
    expect((await call('POST', `${session}/xhr_send`, { body: '[]' })).status).toBe(204);
    expect(closed).toHaveLength(0);
    clock.advance(1);
    expect((await call('POST', `${session}/xhr_send`, { body: '[]' })).status).toBe(404);
    expect(closed).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it('starts to count anew after each poll', async () => {
    const { base, clock, opened, closed } = await listen();
    const session = newSession(base);
    await openByPolling(session);
    for (let polls = 0; polls < 3; polls += 1) {
      clock.advance(DELAY - 1);
      opened[0]?.send('x');
      await expectPoll(session, 'a["x"]\n');
    }
    expect(closed).toHaveLength(0);
  });

  it('repeats its close for as long as it is asked, then is forgotten', async () => {
    const { base, clock, opened, closed } = await listen();
    const session = newSession(base);
    await openByPolling(session);
    opened[0]?.close();
    for (let polls = 0; polls < 3; polls += 1) {
      clock.advance(DELAY - 1);
      await expectPoll(session, 'c[3000,"Go away!"]\n');
    }
    clock.advance(DELAY);
    await expectPoll(session, 'o\n');
    expect([opened.length, closed.length]).toEqual([2, 1]);
  });
});

describe('no timer is left behind', () => {
  it('by a stream that breaks', async () => {
    const { base, clock, closed } = await listen();
    const session = newSession(base);
    const stream = await openStream('POST', `${session}/xhr_streaming`);
    await stream.text.next(2049 + 2);
    expect(clock.pending).toBe(1);
    stream.abort();
    await until(
      async () => String((await call('POST', `${session}/xhr_send`, { body: '[]' })).status),
      (status) => status === '404',
    );
    expect(clock.pending).toBe(0);
    expect(closed).toHaveLength(1);
  });

  it('by WebSockets that close', async () => {
    const { base, clock } = await listen();
    const framed = await WebSocketClient.open(`${newSession(base)}/websocket`);
    const raw = await WebSocketClient.open(`${base}/websocket`);
    framed.close();
    raw.close();
    await Promise.all([framed.closed, raw.closed]);
    await until(
      async () => String(clock.pending),
      (pending) => pending === '0',
    );
  });
});

describe('close', () => {
  it('tells every client, calls every onClose and keeps no timer', async () => {
    const { base, clock, opened, closed, stop } = await listen();
    const polling = newSession(base);
    await openByPolling(polling);
    const streaming = await openStream('POST', `${newSession(base)}/xhr_streaming`);
    const framed = await WebSocketClient.open(`${newSession(base)}/websocket`);
    const raw = await WebSocketClient.open(`${base}/websocket`);
    expect(await framed.text()).toBe('o');
    expect(opened).toHaveLength(4);
    expect(clock.pending).toBe(3);

    const stopped = stop();
    expect(clock.pending).toBe(0);
    expect(await streaming.text.rest()).toMatch(/o\nc\[3000,"Go away!"\]\n$/);
    expect(await framed.text()).toBe('c[3000,"Go away!"]');
    expect(await raw.closed).toEqual({ code: 1001, reason: 'Going away' });
    await stopped;
    expect(closed).toHaveLength(4);
    expect(new Set(closed)).toEqual(new Set(opened));
  });

  it('lets nobody in afterwards', async () => {
    const sockJs = createSockJs({ prefix: '/s', open: () => {} });
    const server = createServer((request, response) => sockJs.handleRequest(request, response));
    server.on('upgrade', sockJs.handleUpgrade);
    await new Promise<void>((resolve) => server.listen(0, () => resolve()));
    const address = server.address();
    const base = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/s`;
    expect((await call('GET', `${base}/info`)).status).toBe(200);
    sockJs.close();
    expect((await call('GET', `${base}/info`)).status).toBe(503);
    expect((await call('POST', `${newSession(base)}/xhr`)).status).toBe(503);
    await expect(WebSocketClient.open(`${base}/websocket`)).rejects.toThrow('503');
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});
