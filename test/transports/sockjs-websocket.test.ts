import { afterEach, describe, expect, it, vi } from 'vitest';
import type { SockJsConnection, SockJsOptions } from '#transports/sockjs/server.ts';
import { newSession } from '../conformance/expectations.ts';
import { RawConnection } from '../conformance/http-client.ts';
import { WebSocketClient } from '../conformance/websocket-client.ts';
import { listenSockJs, type RunningServer } from '../sockjs-test-server.ts';

const running: RunningServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

/** Resolves to the base url and to the connection that will be opened. */
async function listen(options: Partial<SockJsOptions> = {}) {
  const { promise, resolve } = Promise.withResolvers<SockJsConnection>();
  const server = await listenSockJs([
    {
      prefix: '/s',
      open(connection) {
        connection.onMessage = (text) => connection.send(text);
        resolve(connection);
      },
      ...options,
    },
  ]);
  running.push(server);
  return { base: `${server.url}/s`, opened: promise };
}

function closeOf(connection: SockJsConnection): Promise<void> {
  return new Promise((resolve) => {
    connection.onClose = resolve;
  });
}

/** Counts how often the socket asks the kernel to write. */
function countWrites(connection: SockJsConnection): () => number {
  const socket = connection.request.socket as unknown as { _write: () => void; _writev: () => void };
  const spies = [vi.spyOn(socket, '_write'), vi.spyOn(socket, '_writev')];
  return () => spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0);
}

describe('a raw WebSocket', () => {
  const open = async (options: Partial<SockJsOptions> = {}) => {
    const { base, opened } = await listen(options);
    const client = await WebSocketClient.open(`${base}/websocket`);
    return { client, connection: await opened };
  };

  it('says nothing by itself, and what kind it is', async () => {
    const { client, connection } = await open();
    expect([connection.transport, connection.protocol]).toEqual(['raw-websocket', 'raw']);
    client.send('first');
    expect(await client.text()).toBe('first');
  });

  it('answers binary until the client has sent text, then mirrors its type', async () => {
    const { client, connection } = await open();
    connection.send('unasked');
    expect(await client.message()).toEqual({ text: 'unasked', binary: true });
    client.send('text');
    expect(await client.message()).toEqual({ text: 'text', binary: false });
    client.send(Buffer.from('binary'));
    expect(await client.message()).toEqual({ text: 'binary', binary: true });
  });

  it('joins continuation frames', async () => {
    const { client } = await open();
    client.socket.send(Buffer.from('{"a":'), { fin: false });
    client.socket.send(Buffer.from('1}'), { fin: true });
    expect(await client.message()).toEqual({ text: '{"a":1}', binary: true });
  });

  it('tells of bytes that are not UTF-8, so that they can be answered', async () => {
    const { client, connection } = await open();
    connection.onGarbage = () => connection.send('garbage');
    client.send(Buffer.from([0x7b, 0xff, 0xfe, 0x7d]));
    expect(await client.text()).toBe('garbage');
  });

  it('splits a long message into frames of 64 KiB', async () => {
    const { base, opened } = await listen();
    const connection = await RawConnection.open(base);
    await connection.write('GET', `${base}/websocket`, '1.1', {
      Upgrade: 'websocket',
      Connection: 'Upgrade',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'x3JJHMbDL1EzLkh9GBhXDw==',
    });
    expect((await connection.head()).status).toBe(101);
    (await opened).send('x'.repeat(2 * 65_536 + 200));
    const frames: [number, number][] = [];
    for (let index = 0; index < 3; index += 1) {
      const [first = 0, length = 0] = Buffer.from(await connection.text.next(2), 'latin1');
      const extended = Buffer.from(await connection.text.next(length === 127 ? 8 : 2), 'latin1');
      const bytes = extended.readUIntBE(Math.max(0, extended.length - 4), Math.min(4, extended.length));
      frames.push([first, bytes]);
      await connection.text.next(bytes);
    }
    expect(frames).toEqual([
      [0x02, 65_536],
      [0x00, 65_536],
      [0x80, 200],
    ]);
    connection.abort();
  });

  it('writes what is sent in one turn at once', async () => {
    const { client, connection } = await open();
    const writes = countWrites(connection);
    for (const text of ['a', 'b', 'c']) connection.send(text);
    expect(connection.queuedBytes).toBeGreaterThan(0);
    expect([await client.text(), await client.text(), await client.text()]).toEqual(['a', 'b', 'c']);
    expect(writes()).toBe(1);
    expect(connection.queuedBytes).toBe(0);
  });

  it('closes with the code and reason it is given, the reason cut to 123 bytes', async () => {
    const { client, connection } = await open();
    connection.send('last words');
    connection.close(1001, `Session expired ${'é'.repeat(100)}`);
    connection.send('too late');
    connection.close(1002, 'again');
    expect(await client.text()).toBe('last words');
    expect(await client.closed).toEqual({ code: 1001, reason: `Session expired ${'é'.repeat(53)}` });
  });

  it('closes with 1009 for a message that is too large, and takes the largest', async () => {
    const { client, connection } = await open({ maxMessageBytes: 1000 });
    const closed = closeOf(connection);
    client.send('x'.repeat(1000));
    expect((await client.text()).length).toBe(1000);
    client.send('x'.repeat(1001));
    expect((await client.closed).code).toBe(1009);
    await closed;
  });

  it('closes with 1008 for too many fragments', async () => {
    const { client } = await open({ maxFragments: 2 });
    for (let index = 0; index < 3; index += 1) client.socket.send('x', { fin: false });
    expect((await client.closed).code).toBe(1008);
  });

  it('ends with a client that is gone without a word', async () => {
    const { client, connection } = await open();
    const closed = closeOf(connection);
    client.socket.terminate();
    await closed;
    connection.send('nobody hears');
    expect(connection.queuedBytes).toBe(0);
  });
});

describe('a framed WebSocket', () => {
  const open = async (options: Partial<SockJsOptions> = {}) => {
    const { base, opened } = await listen(options);
    const client = await WebSocketClient.open(`${newSession(base)}/websocket`);
    expect(await client.text()).toBe('o');
    return { client, connection: await opened };
  };

  it('sends what is sent in one turn as one frame, in text', async () => {
    const { client, connection } = await open();
    expect([connection.transport, connection.protocol]).toEqual(['websocket', 'framed']);
    for (const text of ['a', 'b', 'c']) connection.send(text);
    expect(await client.message()).toEqual({ text: 'a["a","b","c"]', binary: false });
  });

  it('takes an array or one bare string, text or binary', async () => {
    const { client } = await open();
    client.send('["a","b"]');
    expect(await client.text()).toBe('a["a","b"]');
    client.send('"c"');
    expect(await client.text()).toBe('a["c"]');
    client.send(Buffer.from('["d"]'));
    expect(await client.text()).toBe('a["d"]');
  });

  it('closes on broken framing', async () => {
    const { client, connection } = await open();
    const closed = closeOf(connection);
    client.send('[1]');
    expect(await client.closed).toEqual({ code: 3000, reason: 'Broken framing.' });
    await closed;
  });

  it('closes on bytes that are not UTF-8', async () => {
    const { client } = await open();
    client.send(Buffer.from([0x5b, 0x22, 0xff, 0x22, 0x5d]));
    expect(await client.closed).toEqual({ code: 3000, reason: 'Broken framing.' });
  });

  it('gives what was sent before the close before the close', async () => {
    const { client, connection } = await open();
    connection.send('last words');
    connection.close(4000, 'over');
    connection.send('too late');
    expect([await client.text(), await client.text()]).toEqual(['a["last words"]', 'c[4000,"over"]']);
    expect((await client.closed).code).toBe(1000);
  });

  it('hears nothing more once closed', async () => {
    const heard: string[] = [];
    const { client, connection } = await open();
    connection.onMessage = (text) => {
      heard.push(text);
      connection.close();
    };
    client.send('["one","two"]');
    client.send('["three"]');
    await client.closed;
    expect(heard).toEqual(['one']);
  });

  it('closes with 1009 for a message that is too large', async () => {
    const { client } = await open({ maxMessageBytes: 1000 });
    client.send(JSON.stringify(['x'.repeat(1000)]));
    expect((await client.closed).code).toBe(1009);
  });
});

describe.each(['/websocket', '/000/abc/websocket'])('a client of %s that does not read', (path) => {
  it('is cut off', async () => {
    const { base, opened } = await listen({ maxQueuedBytes: 100_000 });
    const client = await WebSocketClient.open(base + path);
    client.socket.pause();
    const connection = await opened;
    let closed = false;
    connection.onClose = () => {
      closed = true;
    };
    let most = 0;
    while (!closed) {
      most = Math.max(most, connection.queuedBytes);
      connection.send('x'.repeat(50_000));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(most).toBeGreaterThan(0);
    // One message more than may wait, and its frame.
    expect(most).toBeLessThanOrEqual(150_100);
    client.socket.resume();
    expect((await client.closed).code).toBe(1006);
  });
});

describe.each(['/websocket', '/000/abc/websocket'])('a client of %s that reads', (path) => {
  it('is sent what is larger than all that may wait', async () => {
    const { base, opened } = await listen({ maxQueuedBytes: 100_000 });
    const client = await WebSocketClient.open(base + path);
    const connection = await opened;
    const large = 'x'.repeat(500_000);
    connection.send(large);
    const texts: string[] = [];
    while (!texts.at(-1)?.includes(large)) texts.push(await client.text());
    expect(texts.at(-1)?.length).toBeGreaterThanOrEqual(large.length);
  });
});

describe('an upgrade request', () => {
  const upgrade = async (url: string, headers = {}) => {
    const connection = await RawConnection.open(url);
    await connection.write('GET', url, '1.1', { Connection: 'Upgrade', Upgrade: 'websocket', ...headers });
    const { status } = await connection.head();
    await connection.text.rest();
    return status;
  };

  it('is refused where there is no WebSocket', async () => {
    const { base } = await listen({ prefix: '/s' });
    expect(await upgrade(`${base}/info`)).toBe(400);
    expect(await upgrade(`${base}/nothing`)).toBe(404);
  });

  it('is refused where WebSockets are off', async () => {
    const { base } = await listen({ websocket: false });
    expect(await upgrade(`${base}/websocket`)).toBe(404);
    expect(await upgrade(`${newSession(base)}/websocket`)).toBe(404);
  });

  it('is refused without a key, or for something else', async () => {
    const { base } = await listen();
    expect(await upgrade(`${base}/websocket`)).toBe(400);
    expect(await upgrade(`${base}/websocket`, { Upgrade: 'h2c' })).toBe(400);
  });
});
