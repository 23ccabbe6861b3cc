import { afterEach, describe, expect, it } from 'vitest';
import { createSockJs, type SockJsConnection, type SockJsOptions } from '#transports/sockjs/server.ts';
import { expectPoll, newSession, openByPolling, sendByXhr } from '../conformance/expectations.ts';
import { call, openStream, RawConnection } from '../conformance/http-client.ts';
import { listenSockJs, type RunningServer } from '../sockjs-test-server.ts';

type Opened = {
  readonly connection: SockJsConnection;
  readonly heard: string[];
  closes: number;
  readonly closed: Promise<void>;
};

const running: RunningServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

/** A service that remembers what it saw; `then` runs inside `open`. */
async function listen(options: Partial<SockJsOptions> = {}, then = (_: Opened) => {}) {
  const opened: Opened[] = [];
  const server = await listenSockJs([
    {
      prefix: '/s',
      ...options,
      open(connection) {
        const { promise, resolve } = Promise.withResolvers<void>();
        const one: Opened = { connection, heard: [], closes: 0, closed: promise };
        connection.onMessage = (text) => one.heard.push(text);
        connection.onClose = () => {
          one.closes += 1;
          resolve();
        };
        opened.push(one);
        then(one);
      },
    },
  ]);
  running.push(server);
  return { base: `${server.url}/s`, opened, stop: server.stop };
}

async function pollBody(session: string): Promise<string> {
  return (await call('POST', `${session}/xhr`)).body;
}

describe('createSockJs', () => {
  it('refuses a prefix no request could match', () => {
    for (const prefix of ['echo', '/echo/', '/']) {
      expect(() => createSockJs({ prefix, open: () => {} })).toThrow('prefix');
    }
  });

  it('leaves other paths to the server', async () => {
    const { base } = await listen();
    expect((await call('GET', base.replace(/s$/, 'somewhere'))).status).toBe(404);
    expect((await call('GET', base)).status).toBe(200);
  });

  it('hands over the request that opened a connection', async () => {
    const { base, opened } = await listen();
    const session = newSession(base);
    const opening = await call('POST', `${session}/xhr?token=1`, { headers: { 'X-Client': 'me' } });
    expect(opening.body).toBe('o\n');
    const connection = opened[0]?.connection;
    expect(connection?.request.url).toMatch(/xhr\?token=1$/);
    expect(connection?.request.headers['x-client']).toBe('me');
    expect([connection?.transport, connection?.protocol]).toEqual(['xhr-polling', 'framed']);
  });
});

describe('an HTTP session', () => {
  it('gives what was sent in one turn as one frame, also between two polls', async () => {
    const { base, opened } = await listen();
    const session = newSession(base);
    await openByPolling(session);
    for (const text of ['a', 'b']) opened[0]?.connection.send(text);
    expect(opened[0]?.connection.queuedBytes).toBeGreaterThan(0);
    await expectPoll(session, 'a["a","b"]\n');
    expect(opened[0]?.connection.queuedBytes).toBe(0);
  });

  it('gives what was sent in one turn as one chunk of a stream', async () => {
    const { base, opened } = await listen();
    const url = `${newSession(base)}/xhr_streaming`;
    const stream = await RawConnection.open(url);
    await stream.write('POST', url, '1.1');
    await stream.head();
    expect([(await stream.chunk()).length, await stream.chunk()]).toEqual([2049, 'o\n']);
    for (const text of ['a', 'b', 'c']) opened[0]?.connection.send(text);
    expect(await stream.chunk()).toBe('a["a","b","c"]\n');
    stream.abort();
  });

  it('gives what was sent before the close before the close', async () => {
    const { base } = await listen({}, ({ connection }) => {
      connection.send('last words');
      connection.close(4000, 'over');
      connection.send('too late');
      connection.close(4001, 'again');
    });
    const polling = newSession(base);
    expect(await pollBody(polling)).toBe('o\n');
    expect(await pollBody(polling)).toBe('a["last words"]\n');
    expect(await pollBody(polling)).toBe('c[4000,"over"]\n');
    expect(await pollBody(polling)).toBe('c[4000,"over"]\n');
    const streaming = await call('POST', `${newSession(base)}/xhr_streaming`);
    expect(streaming.body.slice(2049)).toBe('o\na["last words"]\nc[4000,"over"]\n');
  });

  it('hears nothing more once closed, and says so once', async () => {
    const { base, opened } = await listen({}, ({ connection, heard }) => {
      connection.onMessage = (text) => {
        heard.push(text);
        connection.close();
      };
    });
    const session = newSession(base);
    await openByPolling(session);
    await sendByXhr(session, '["one","two"]');
    await sendByXhr(session, '["three"]');
    await opened[0]?.closed;
    await expectPoll(session, 'c[3000,"Go away!"]\n');
    expect(opened[0]).toMatchObject({ heard: ['one'], closes: 1 });
  });

  it('ends with the network error of its receiving request', async () => {
    const { base, opened } = await listen();
    const session = newSession(base);
    const stream = await openStream('POST', `${session}/xhr_streaming`);
    await stream.text.next(2049 + 2);
    stream.abort();
    await opened[0]?.closed;
    expect((await call('POST', `${session}/xhr_send`, { body: '["x"]' })).status).toBe(404);
    expect(await pollBody(session)).toBe('o\n');
    expect(opened).toHaveLength(2);
  });

  it('notices that error although the request had a body it does not read', async () => {
    const { base, opened } = await listen();
    const stream = await openStream('POST', `${newSession(base)}/xhr_streaming`, {
      body: 'x'.repeat(2 ** 20),
    });
    await stream.text.next(2049 + 2);
    stream.abort();
    await opened[0]?.closed;
  });

  it('does not leave the script of an htmlfile', async () => {
    const { base } = await listen({}, ({ connection }) => {
      connection.send('</script><b>');
      connection.close();
    });
    const { body } = await call('GET', `${newSession(base)}/htmlfile?c=cb`);
    expect(body).not.toContain('<b>');
    expect(body).toContain(String.raw`a[\"\u003c/script>\u003cb>\"]`);
  });
});

describe('limits', () => {
  it('closes a session whose client does not fetch what is queued', async () => {
    const { base, opened } = await listen({ maxQueuedBytes: 1000 });
    const session = newSession(base);
    await openByPolling(session);
    for (let sent = 0; sent < 5; sent += 1) {
      opened[0]?.connection.send('x'.repeat(300));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await opened[0]?.closed;
    expect(opened[0]?.connection.queuedBytes).toBe(0);
    await expectPoll(session, 'c[1008,"Slow consumer"]\n');
  });

  it('keeps what one turn brings for a client that fetches it', async () => {
    const { base, opened } = await listen({ maxQueuedBytes: 1000 });
    const session = newSession(base);
    await openByPolling(session);
    for (const text of ['a', 'b', 'c']) opened[0]?.connection.send(text.repeat(600));
    await expectPoll(session, `a["${'a'.repeat(600)}","${'b'.repeat(600)}","${'c'.repeat(600)}"]\n`);
    expect(opened[0]?.closes).toBe(0);
  });

  it('cuts off a stream whose client does not read', async () => {
    const { base, opened } = await listen({ maxQueuedBytes: 100_000, maxBytesStreaming: 2 ** 30 });
    const url = `${newSession(base)}/xhr_streaming`;
    const stream = await RawConnection.open(url);
    stream.pause();
    await stream.write('POST', url, '1.1');
    const one = await eventually(() => opened[0]);
    while (one.closes === 0) {
      one.connection.send('x'.repeat(50_000));
      // One message more than may wait, and its frame.
      expect(one.connection.queuedBytes).toBeLessThanOrEqual(150_100);
      await new Promise((resolve) => setImmediate(resolve));
    }
    stream.abort();
  });

  it('refuses a body that is too long, known beforehand or not', async () => {
    const { base, opened } = await listen({ maxMessageBytes: 25 });
    const session = newSession(base);
    await openByPolling(session);
    const messages = ['x'.repeat(25), 'y'.repeat(25), 'z'.repeat(25)];
    const fitting = JSON.stringify([...messages, 'x'.repeat(100 - JSON.stringify([...messages, '']).length)]);
    const body = fitting.replace('x"]', 'xx"]');
    expect((await call('POST', `${session}/xhr_send`, { body })).status).toBe(413);
    const chunked = { 'Transfer-Encoding': 'chunked' };
    expect((await call('POST', `${session}/xhr_send`, { body, headers: chunked })).status).toBe(413);
    await sendByXhr(session, fitting);
    expect(opened[0]?.heard).toEqual(JSON.parse(fitting));
  });

  it('does not go on with a connection whose body it has not read', async () => {
    const { base } = await listen();
    const session = newSession(base);
    await openByPolling(session);
    const connection = await RawConnection.open(session);
    await connection.write('POST', `${session}/xhr_send`, '1.1', { 'Content-Length': '1000000000' });
    const { status, headers } = await connection.head();
    expect([status, headers.connection]).toEqual([413, 'close']);
    expect(await connection.text.rest()).toBe('Payload too large.');
  });

  it('refuses a body that is not UTF-8, instead of delivering it changed', async () => {
    const { base, opened } = await listen();
    const session = newSession(base);
    await openByPolling(session);
    const body = Buffer.from([0x5b, 0x22, 0xff, 0x22, 0x5d]);
    const answer = await fetch(`${session}/xhr_send`, { method: 'POST', body });
    expect([answer.status, await answer.text()]).toEqual([500, 'Broken JSON encoding.']);
    expect(opened[0]?.heard).toEqual([]);
  });

  it('refuses one message that is too long, counted in bytes', async () => {
    const { base, opened } = await listen({ maxMessageBytes: 10 });
    const session = newSession(base);
    await openByPolling(session);
    expect((await call('POST', `${session}/xhr_send`, { body: '["ok","éééééé"]' })).status).toBe(413);
    await sendByXhr(session, '["ééééé"]');
    expect(opened[0]?.heard).toEqual(['ééééé']);
  });

  it('opens no more sessions than allowed', async () => {
    const { base } = await listen({ maxSessions: 1 });
    const session = newSession(base);
    await openByPolling(session);
    expect((await call('POST', `${newSession(base)}/xhr`)).status).toBe(503);
    const again = await openStream('POST', `${session}/xhr_streaming`);
    expect(again.status).toBe(200);
    again.abort();
  });
});

describe('who is let in', () => {
  it('has no transport that hides its origin when told so', async () => {
    const { base } = await listen({ legacyTransports: false });
    for (const path of ['/iframe.html', '/0/a/htmlfile?c=x', '/0/a/jsonp?c=x']) {
      expect((await call('GET', base + path)).status, path).toBe(404);
    }
    expect((await call('POST', `${base}/0/a/jsonp_send`, { body: '[]' })).status).toBe(404);
    await openByPolling(newSession(base));
  });

  it('forbids browsers to guess what a jsonp answer is', async () => {
    const { base } = await listen();
    const { headers: answered } = await call('GET', `${newSession(base)}/jsonp?c=x`);
    expect(answered['x-content-type-options']).toBe('nosniff');
  });

  it('answers wrong methods with the right ones', async () => {
    const { base } = await listen();
    const cases = [
      ['POST', '/info', 'OPTIONS, GET'],
      ['GET', '/0/a/xhr', 'OPTIONS, POST'],
      ['GET', '/0/a/xhr_send', 'OPTIONS, POST'],
      ['OPTIONS', '/0/a/jsonp', 'GET'],
      ['DELETE', '', 'GET'],
    ] as const;
    for (const [method, path, allow] of cases) {
      const answer = await call(method, base + path);
      expect([answer.status, answer.headers.allow], path).toEqual([405, allow]);
    }
  });
});

/** Asks until there is something: what it waits for is already on its way. */
async function eventually<T>(ask: () => T | undefined): Promise<T> {
  for (;;) {
    const found = ask();
    if (found !== undefined) return found;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
