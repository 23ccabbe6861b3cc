import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type BridgeBusOptions, startBridgeBus } from '../bridge/bridge-bus.ts';
import { eventually } from '../support/eventually.ts';
import { createHeldAnswers } from './held-answers.ts';

/** A bus that answers when it is told to, and a client that writes whatever it likes. */
async function startSlowBus(options: BridgeBusOptions = {}) {
  const { services, waiting, answer } = createHeldAnswers();
  const { url, bus } = await startBridgeBus({ services, ...options });
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', allowHalfOpen: true });
  onTestFinished(() => void socket.destroy());
  let received = '';
  let isEnded = false;
  socket.on('data', (data) => {
    received += data;
  });
  socket.on('end', () => {
    isEnded = true;
  });
  return {
    bus,
    socket,
    waiting,
    answer,
    /** What was answered, by status and, where it is one of the bus's own answers, which. */
    answers: () =>
      received
        .split('HTTP/1.1 ')
        .slice(1)
        .map((answer) => answer.slice(0, 3) + (/answer \d+/.exec(answer)?.[0].slice(6) ?? '')),
    received: () => received,
    isEnded: () => isEnded,
  };
}

const BODY = '{"address":"ik.service.app"}';

function post(more = '', body = `content-length: ${BODY.length}\r\n\r\n${BODY}`): string {
  return `POST /tsrv HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n${more}${body}`;
}

const CHUNKED = 'transfer-encoding: chunked\r\n\r\n';

const TOO_LONG_BODY = `${CHUNKED}400\r\n${'x'.repeat(1024)}\r\n1\r\nx\r\n0\r\n\r\n`;

const TOO_LONG = {
  'shows in its body': TOO_LONG_BODY,
  'shows in its head': `content-length: 1025\r\n\r\n${'x'.repeat(1025)}`,
};

test.each(Object.entries(TOO_LONG))(
  'nothing is carried out behind a request that is too long, but all before it: %s',
  async (_name, tooLong) => {
    const bus = await startSlowBus({ maxMessageBytes: 1024 });
    bus.socket.write(post() + post() + post('', tooLong) + post());
    await eventually(() => bus.waiting.length === 2);
    bus.answer(1);
    bus.answer(0);
    await eventually(bus.isEnded);
    expect(bus.answers()).toEqual(['200 0', '200 1', '413']);
    expect(bus.waiting).toHaveLength(2);
  },
);

test.each(Object.values(TOO_LONG).flatMap((tooLong) => [1, 40].map((behind) => [behind, tooLong] as const)))(
  'nothing is carried out behind a request that is too long and the first: %i behind',
  async (behind, tooLong) => {
    const bus = await startSlowBus({ maxMessageBytes: 1024 });
    bus.socket.write(post('', tooLong) + post().repeat(behind));
    await eventually(bus.isEnded);
    await eventually(() => bus.bus.connections === 0);
    expect([bus.answers(), bus.waiting.length]).toEqual([['413'], 0]);
  },
);

const SESSION = '/eventbus/000/session';

function sockJs(path: string, body = ''): string {
  return `POST ${SESSION}${path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
}

const UPGRADE = 'host: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n';

/** A connection's last requests, and what the bus must not take behind them. */
const LAST = { '/tsrv': post('', TOO_LONG_BODY), '/eventbus': sockJs('/xhr_send', 'x'.repeat(4097)) };
const BEHIND = {
  '/tsrv': post(),
  '/eventbus': sockJs('/xhr_send', JSON.stringify([`{"type":"send",${BODY.slice(1)}`])),
  'an upgrade': `GET /tsrv HTTP/1.1\r\n${UPGRADE}`,
  'a page': 'GET /nothing HTTP/1.1\r\nhost: localhost\r\n\r\n',
};

describe.each(Object.entries(LAST))('behind a request to %s that is too long', (_last, last) => {
  test.each(Object.entries(BEHIND))('nothing is carried out: %s', async (_behind, behind) => {
    const bus = await startSlowBus({ maxMessageBytes: 1024 });
    bus.socket.write(sockJs('/xhr'));
    await eventually(() => bus.answers().length === 1);
    bus.socket.write(last + behind);
    await eventually(bus.isEnded);
    expect([bus.answers(), bus.waiting.length]).toEqual([['200', '413'], 0]);
  });
});

const GARBAGE = {
  'what is no HTTP': ['GARBAGE\r\n\r\n', '400'],
  'headers that are too long': [post(`x: ${'x'.repeat(20_000)}\r\n`), '431'],
  'a body that is unreadable': [post('', `${CHUNKED}no number`), '400'],
} as const;

describe.each(Object.entries(GARBAGE))(
  '%s behind requests that are being carried out',
  (_name, [text, status]) => {
    test('is refused after all their answers, and ends the connection', async () => {
      const bus = await startSlowBus();
      bus.socket.write(post() + post());
      await eventually(() => bus.waiting.length === 2);
      bus.socket.write(text);
      // More than is read at once, so that what comes behind is seen to be nothing.
      bus.socket.write('GARBAGE\r\n\r\n'.repeat(10_000));
      await eventually(() => bus.socket.writableLength === 0);
      bus.answer(1);
      bus.answer(0);
      await eventually(bus.isEnded);
      expect(bus.answers()).toEqual(['200 0', '200 1', status]);
      expect(bus.received()).toMatch(/BUS_MALFORMED_MESSAGE.*$/);
    });

    test('is refused at once where nothing waits', async () => {
      const bus = await startSlowBus();
      bus.socket.write(text);
      await eventually(bus.isEnded);
      expect(bus.answers()).toEqual([status]);
    });
  },
);

test('waits for the requests that wait for their turns', async () => {
  const bus = await startSlowBus();
  bus.socket.write(`${post().repeat(20)}GARBAGE\r\n\r\n`);
  await eventually(() => bus.waiting.length === 20);
  for (let index = 19; index >= 0; index -= 1) bus.answer(index);
  await eventually(bus.isEnded);
  expect(bus.answers()).toEqual([...Array.from({ length: 20 }, (_, index) => `200 ${index}`), '400']);
});

test('is not refused a second time where the request was answered before its body was read', async () => {
  const bus = await startSlowBus();
  bus.socket.write(post().replace('/tsrv', '/nothing').replace(BODY, ''));
  await eventually(() => bus.answers().length === 1);
  bus.socket.write(BODY);
  bus.socket.write(post('', CHUNKED).replace('/tsrv', '/nothing'));
  await eventually(() => bus.answers().length === 2);
  bus.socket.write('no number\r\n');
  await eventually(bus.isEnded);
  expect(bus.answers()).toEqual(['404', '404']);
});

test('what follows a request that closes the connection is ignored', async () => {
  const bus = await startSlowBus();
  bus.socket.write(post('connection: close\r\n'));
  await eventually(() => bus.waiting.length === 1);
  bus.socket.write(post().repeat(1000));
  await eventually(() => bus.socket.writableLength === 0);
  bus.answer(0);
  await eventually(bus.isEnded);
  expect(bus.answers()).toEqual(['200 0']);
  expect(bus.waiting).toHaveLength(1);
});

test.each(['', 'GARBAGE\r\n\r\n', 'POST /tsrv HTTP'])(
  'a client that sends no more is gone, whatever was last: %j',
  async (last) => {
    const bus = await startSlowBus();
    bus.socket.write(post() + post());
    await eventually(() => bus.waiting.length === 2);
    bus.socket.end(last);
    await eventually(() => bus.waiting.every(({ signal }) => signal.aborted));
    await eventually(bus.isEnded);
    expect([bus.answers(), bus.bus.connections]).toEqual([[], 0]);
  },
);

const KEY = 'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
const VERSION = 'sec-websocket-version: 13\r\n';
const REFUSED = {
  'a request without Host': ['400', 'GET /nothing HTTP/1.1\r\n\r\n'],
  'an upgrade without Host': [
    '400',
    `GET /tsrv HTTP/1.1\r\n${KEY}${VERSION}${UPGRADE.replace('host: localhost\r\n', '')}`,
  ],
  'a request with two Hosts': ['400', 'GET /nothing HTTP/1.1\r\nhost: a\r\nHost: a\r\n\r\n'],
  'an upgrade of HTTP/1.0': ['400', `GET /tsrv HTTP/1.0\r\n${KEY}${VERSION}${UPGRADE}`],
  'a WebSocket with a subprotocol that no token is': [
    '400',
    `GET /tsrv HTTP/1.1\r\nsec-websocket-protocol: \u00a0a\r\n${KEY}${VERSION}${UPGRADE}`,
  ],
  'an expectation of something else': ['417', post('expect: a miracle\r\n')],
  'a tunnel': ['501', 'CONNECT localhost:443 HTTP/1.1\r\nhost: localhost:443\r\n\r\n'],
  'a WebSocket without a key': ['400', `GET /tsrv HTTP/1.1\r\n${VERSION}${UPGRADE}`],
  'a WebSocket with a key that is none': [
    '400',
    `GET /tsrv HTTP/1.1\r\nsec-websocket-key: x\r\n${VERSION}${UPGRADE}`,
  ],
  'a WebSocket with a subprotocol that is none': [
    '400',
    `GET /tsrv HTTP/1.1\r\nsec-websocket-protocol: a, a\r\n${KEY}${VERSION}${UPGRADE}`,
  ],
  'a WebSocket of an old version': ['426', `GET /tsrv HTTP/1.1\r\n${KEY}${UPGRADE}`],
  'a WebSocket by another method': ['405', `POST /tsrv HTTP/1.1\r\n${KEY}${VERSION}${UPGRADE}`],
} as const;

test.each(Object.entries(REFUSED))('%s is refused by a Message', async (_name, [status, text]) => {
  const bus = await startSlowBus();
  bus.socket.write(text);
  await eventually(() => bus.received().endsWith('}'));
  const [head = '', body = ''] = bus.received().split('\r\n\r\n');
  expect(bus.answers()).toEqual([status]);
  expect(head).toMatch(/content-type: application\/json/i);
  // RFC 9110 7.8: what names another protocol is about this connection alone.
  expect(/^upgrade:/im.test(head)).toBe(/^connection:.*upgrade/im.test(head));
  expect(JSON.parse(body)).toMatchObject({ type: 'error', data: { name: 'BUS_MALFORMED_MESSAGE' } });
});

test.each(['a tunnel', 'an expectation of something else'] as const)(
  '%s is refused after the answers to the requests before it',
  async (name) => {
    const bus = await startSlowBus();
    const [status, text] = REFUSED[name];
    bus.socket.write(post() + text);
    await eventually(() => bus.waiting.length === 1);
    bus.answer(0);
    await eventually(() => bus.answers().length === 2);
    expect(bus.answers()).toEqual(['200 0', status]);
  },
);

test.each(['end', 'resetAndDestroy'] as const)(
  'a client that is gone is heard behind a tunnel that waits to be refused: %s',
  async (go) => {
    const bus = await startSlowBus();
    bus.socket.on('error', () => {}).write(post() + REFUSED['a tunnel'][1]);
    await eventually(() => bus.waiting.length === 1);
    bus.socket[go]();
    await eventually(() => bus.waiting[0]?.signal.aborted);
  },
);

const PLACES = [
  ['a WebSocket by another method', '405', 'POST /eventbus/0/0/websocket', `${KEY}${VERSION}`, ''],
  ['a raw WebSocket with a key that is none', '400', 'GET /eventbus/websocket', VERSION, 'Sec-WebSocket-Key'],
  ['what is no WebSocket', '400', 'GET /eventbus/info', '', 'Can "Upgrade" only to "WebSocket".'],
  ['what there is not', '404', 'GET /eventbus/nothing/here', '', 'Not found.'],
] as const;

test.each(PLACES)('SockJS refuses %s in its own way', async (_name, status, place, headers, text) => {
  const bus = await startSlowBus();
  bus.socket.write(`${place} HTTP/1.1\r\n${headers}${UPGRADE}`);
  await eventually(() => bus.received().includes('\r\n\r\n') && bus.received().includes(text));
  expect(bus.answers()).toEqual([status]);
  expect(bus.received()).not.toMatch(/application\/json/i);
});
