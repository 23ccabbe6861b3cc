import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { duplexPair } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { HttpConnection } from '#transports/http-connection.ts';
import { startBridgeBus } from '../bridge/bridge-bus.ts';
import { eventually } from '../support/eventually.ts';

const ANSWER_BYTES = 1000;

/** As many as Node may tell of at once: 64 KiB of the shortest. */
const REQUESTS = 2000;

/** What either end lets wait (64 KiB), and what is served between two looks at it. */
const MOST_SERVED = (2 * 65_536) / ANSWER_BYTES + 2 * 16;

/** The turns of the event loop that all requests would take. */
const ENOUGH_TURNS = REQUESTS / 16 + 50;

function get(count: number, first = 0): string {
  const paths = Array.from({ length: count }, (_, index) => first + index);
  return paths.map((path) => `GET /${path} HTTP/1.1\r\nHost: x\r\n\r\n`).join('');
}

/** An answer that says which request it is to. */
function answer({ url = '' }: IncomingMessage, response: ServerResponse): void {
  response.setHeader('content-length', ANSWER_BYTES);
  response.end(url.padEnd(ANSWER_BYTES));
}

/** A server that answers at once, and the other end of one connection to it. All is in memory: nothing goes on by itself. */
function connectInMemory(serve: (request: IncomingMessage, response: ServerResponse) => void = answer) {
  let served = 0;
  const server = createServer((request, response) => {
    const take = () => {
      served += 1;
      serve(request, response);
    };
    HttpConnection.of(request.socket).take(response, take, () => ({ take: () => true, give() {} }));
  });
  let upgraded = '';
  server.on('upgrade', (_request, socket) => {
    socket.on('data', (data: Buffer) => {
      upgraded += data;
    });
  });
  const [client, socket] = duplexPair();
  server.emit('connection', socket);
  onTestFinished(() => void client.destroy());
  let received = '';
  return {
    client,
    socket,
    served: () => served,
    /** What was sent when the connection was no longer HTTP. */
    upgraded: () => upgraded,
    async runOut() {
      for (let index = 0; index < ENOUGH_TURNS; index += 1) await turn();
    },
    read() {
      client.on('data', (data) => {
        received += data;
      });
    },
    /** The requests that were answered, in the order of the answers. */
    answered: () => [...received.matchAll(/^\/(\d+) /gm)].map(([, path]) => Number(path)),
  };
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

test('requests are not served while as many answers wait as may, and all in their order once these are read', async () => {
  const connection = connectInMemory();
  connection.client.write(get(REQUESTS));
  await connection.runOut();
  expect(connection.served()).toBeLessThan(MOST_SERVED);
  connection.read();
  await eventually(() => connection.answered().length === REQUESTS);
  expect(connection.answered()).toEqual(upTo(REQUESTS));
});

test('answers wait behind one that takes its time, and go on when it is there', async () => {
  let finish = () => {};
  const connection = connectInMemory((request, response) => {
    if (request.url !== '/0') return answer(request, response);
    finish = () => answer(request, response);
  });
  connection.read();
  connection.client.write(get(REQUESTS));
  await connection.runOut();
  expect(connection.served()).toBeLessThan(MOST_SERVED);
  finish();
  await eventually(() => connection.answered().length === REQUESTS);
  expect(connection.answered()).toEqual(upTo(REQUESTS));
});

test('requests behind an answer that never ends are served as soon as what was written of it is read', async () => {
  const connection = connectInMemory((request, response) => {
    if (request.url === '/0') response.write('x'.repeat(100_000));
  });
  connection.client.write(get(40));
  await connection.runOut();
  expect(connection.served()).toBe(1);
  connection.read();
  await eventually(() => connection.served() === 40);
});

test.each(['', 'Expect: 100-continue\r\n'])('a body behind many answers is read: %j', async (expectation) => {
  const bodies: string[] = [];
  const connection = connectInMemory((request, response) => {
    if (request.method !== 'POST') return answer(request, response);
    let body = '';
    request.setEncoding('utf8').on('data', (data) => {
      body += data;
    });
    request.on('end', () => {
      bodies.push(body);
      answer(request, response);
    });
  });
  const head = `POST /500 HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n${expectation}\r\n`;
  connection.client.write(get(500) + head + 'x'.repeat(10_000));
  connection.client.write('x'.repeat(190_000) + get(500, 501));
  await connection.runOut();
  expect([connection.served() < MOST_SERVED, bodies]).toEqual([true, []]);
  connection.read();
  await eventually(() => connection.answered().length === 1001);
  expect(connection.answered()).toEqual(upTo(1001));
  expect(bodies).toEqual(['x'.repeat(200_000)]);
});

test('the last one of a connection ends it after all answers', async () => {
  const connection = connectInMemory();
  const last = 'GET /500 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
  connection.client.write(get(500) + last);
  await connection.runOut();
  connection.read();
  await new Promise((resolve) => connection.client.once('end', resolve));
  expect(connection.answered()).toEqual(upTo(501));
});

test('a connection that is a WebSocket from then on is read from when the answers before are', async () => {
  const connection = connectInMemory();
  const upgrade = 'GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n';
  connection.client.write(get(500) + upgrade);
  await connection.runOut();
  connection.client.write('frame');
  await connection.runOut();
  expect([connection.served() < MOST_SERVED, connection.upgraded()]).toEqual([true, '']);
  connection.read();
  await eventually(() => connection.upgraded() === 'frame');
  await eventually(() => connection.answered().length === 500);
  expect(connection.answered()).toEqual(upTo(500));
});

test('nothing more is served of a connection that is gone', async () => {
  const connection = connectInMemory();
  connection.client.write(get(REQUESTS));
  await connection.runOut();
  const served = connection.served();
  connection.socket.destroy();
  await connection.runOut();
  expect(connection.served()).toBe(served);
});

test('refusals over the network come all and in their order', async () => {
  const { url } = await startBridgeBus();
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let received = '';
  const requests = 3000;
  socket.write(get(requests));
  socket.setEncoding('utf8').on('data', (data) => {
    received += data;
  });
  const refused = () => [...received.matchAll(/нет такого пути: \/(\d+)/g)].map(([, path]) => Number(path));
  await eventually(() => received.includes(`/${requests - 1}"`));
  expect(refused()).toEqual(upTo(requests));
});
