import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LengthPrefixDecoder } from '#protocol/length-prefix.ts';
import { AnswerLedger, claimOf, type DialectName, readAvqAnswer, readBridgeAnswer } from './answer-ledger.ts';
import { expectNothingLeft, MAX_MESSAGE_BYTES, SECRET, until, useFuzzedBus } from './fuzzed-bus.ts';
import { avqText, vertxText, withReply } from './fuzzed-messages.ts';
import { chunkSizes, cutInto, holds, LIMIT_MS, oddText, tellSeed } from './generators.ts';
import { openSocket } from './wires.ts';

tellSeed('frames');

const running = useFuzzedBus();

/** Somebody who has nothing to do with it is still answered. */
async function expectNeighbourServed(): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${running().httpPort}/healthz`);
  expect(response.status).toBe(200);
}

async function written(socket: Socket, chunks: readonly Buffer[]): Promise<void> {
  for (const chunk of chunks) {
    if (socket.destroyed) return;
    socket.write(chunk);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function prefixed(length: number, body = Buffer.alloc(0)): Buffer {
  const prefix = Buffer.alloc(4);
  prefix.writeInt32BE(length);
  return Buffer.concat([prefix, body]);
}

/** A frame whose prefix is right, or the end of the stream. */
const tcpFrame = (text: fc.Arbitrary<string>) =>
  fc.oneof(
    { weight: 8, arbitrary: text.map((one) => ({ text: one })) },
    { weight: 1, arbitrary: fc.constant({ bytes: Buffer.alloc(0) }) },
    {
      weight: 1,
      arbitrary: fc
        .uint8Array({ minLength: 1, maxLength: 30 })
        .map((bytes) => ({ bytes: Buffer.concat([Buffer.from([0xff]), bytes]) })),
    },
  );

const brokenLength = fc.option(fc.constantFrom(-1, -(2 ** 31), MAX_MESSAGE_BYTES + 1, 2 ** 31 - 1), {
  nil: undefined,
});

describe.each<{ name: string; dialect: DialectName; port: () => number }>([
  { name: 'AVQ', dialect: 'avq', port: () => running().avqPort },
  { name: 'Vert.x', dialect: 'tcp', port: () => running().vertxPort },
])('any bytes over $name TCP', ({ dialect, port }) => {
  const read = dialect === 'avq' ? readAvqAnswer : (text: string) => readBridgeAnswer('tcp', text);

  test(
    'are frames wherever they are cut, until a length that is none',
    async () => {
      const text = dialect === 'avq' ? avqText : vertxText;
      const property = fc.asyncProperty(
        fc.array(tcpFrame(text), { maxLength: 12, size: 'max' }),
        brokenLength,
        chunkSizes,
        async (frames, length, sizes) => {
          const socket = await openSocket(port());
          const ledger = new AnswerLedger();
          const decoder = new LengthPrefixDecoder(16_777_216);
          let last = '';
          let isClosed = false;
          socket.on('close', () => {
            isClosed = true;
          });
          socket.on('data', (chunk: Buffer) =>
            decoder.push(chunk, (frame) => {
              last = frame.toString();
              try {
                ledger.hear(read(last));
              } catch (error) {
                ledger.fault(String(error));
              }
            }),
          );
          // Without a secret most of it is refused, which is an answer, too.
          const sent = frames.map((frame) => {
            if ('bytes' in frame) {
              ledger.expect({
                id: undefined,
                strict: false,
                ...(dialect === 'avq' ? { min: 1, max: 1 } : { min: 0, max: 0 }),
              });
              return prefixed(frame.bytes.length, frame.bytes);
            }
            const { text: said, id } = withReply(frame.text);
            ledger.expect(claimOf(dialect, said.toWellFormed(), id));
            const bytes = Buffer.from(said);
            return prefixed(bytes.length, bytes);
          });
          const end = length === undefined ? [] : [prefixed(length, randomBytes(30))];
          await written(socket, cutInto(Buffer.concat([...sent, ...end]), sizes));
          if (length === undefined) {
            await until(
              () => ledger.complete,
              () => ledger.differences().join('\n'),
            );
            expect(ledger.differences()).toEqual([]);
            expect(isClosed).toBe(false);
            socket.end();
          }
          await until(
            () => isClosed,
            () => 'the connection is still open',
          );
          if (length !== undefined) {
            expect(last).toContain(
              dialect === 'avq' ? 'BUS_MALFORMED_MESSAGE' : 'max_message_length_reached',
            );
          }
        },
      );
      await holds(property, 40);
      await expectNeighbourServed();
      await expectNothingLeft(running());
    },
    LIMIT_MS,
  );
});

type WebSocketFrame = { readonly opcode: number; readonly fin: boolean; readonly payload: Buffer };

function webSocketFrame(
  { opcode, fin, payload }: WebSocketFrame,
  flaws: { rsv?: number; unmasked?: boolean; length?: bigint } = {},
): Buffer {
  const mask = randomBytes(4);
  const masked = Buffer.from(payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0)));
  const size = flaws.length ?? BigInt(payload.length);
  const headBytes = size < 126n ? 2 : size < 65_536n ? 4 : 10;
  const short = { 2: Number(size), 4: 126, 10: 127 }[headBytes] ?? 0;
  const head = Buffer.alloc(10);
  head[0] = (fin ? 0x80 : 0) | ((flaws.rsv ?? 0) << 4) | opcode;
  head[1] = (flaws.unmasked ? 0 : 0x80) | short;
  if (headBytes === 4) head.writeUInt16BE(Number(size), 2);
  if (headBytes === 10) head.writeBigUInt64BE(size, 2);
  return Buffer.concat([head.subarray(0, headBytes), ...(flaws.unmasked ? [payload] : [mask, masked])]);
}

/** A message in fragments, with pings in between. */
const webSocketMessage = fc.record({
  text: avqText,
  cuts: fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 4 }),
  isBinary: fc.boolean(),
  pings: fc.nat(2),
});

/** What no WebSocket endpoint may send (RFC 6455 5). */
const violation = fc.option(
  fc.constantFrom(
    webSocketFrame({ opcode: 3, fin: true, payload: Buffer.from('x') }),
    webSocketFrame({ opcode: 11, fin: true, payload: Buffer.alloc(0) }),
    webSocketFrame({ opcode: 0, fin: true, payload: Buffer.from('x') }),
    webSocketFrame({ opcode: 1, fin: true, payload: Buffer.from('x') }, { rsv: 4 }),
    webSocketFrame({ opcode: 1, fin: true, payload: Buffer.from('{}') }, { unmasked: true }),
    webSocketFrame({ opcode: 9, fin: true, payload: Buffer.alloc(126) }),
    webSocketFrame({ opcode: 9, fin: false, payload: Buffer.from('x') }),
    webSocketFrame({ opcode: 8, fin: true, payload: Buffer.from([1]) }),
    webSocketFrame({ opcode: 8, fin: true, payload: Buffer.from([3, 236]) }),
    webSocketFrame(
      { opcode: 1, fin: true, payload: Buffer.from('x') },
      { length: BigInt(MAX_MESSAGE_BYTES + 1) },
    ),
    webSocketFrame({ opcode: 1, fin: true, payload: Buffer.from('x') }, { length: 2n ** 63n }),
    Buffer.concat([
      webSocketFrame({ opcode: 1, fin: false, payload: Buffer.from('x') }),
      webSocketFrame({ opcode: 1, fin: true, payload: Buffer.from('x') }),
    ]),
    Buffer.concat(
      Array.from({ length: 80 }, (_, index) =>
        webSocketFrame({ opcode: index === 0 ? 1 : 0, fin: false, payload: Buffer.from('x') }),
      ),
    ),
  ),
  { nil: undefined },
);

/** The frames of a server, which are not masked. */
function readServerFrames(bytes: Buffer, onFrame: (opcode: number, payload: Buffer) => void): Buffer {
  let rest = bytes;
  for (;;) {
    if (rest.length < 2) return rest;
    const short = (rest[1] ?? 0) & 0x7f;
    const headBytes = short === 127 ? 10 : short === 126 ? 4 : 2;
    if (rest.length < headBytes) return rest;
    const size =
      short === 127 ? Number(rest.readBigUInt64BE(2)) : short === 126 ? rest.readUInt16BE(2) : short;
    if (rest.length < headBytes + size) return rest;
    onFrame((rest[0] ?? 0) & 0x0f, rest.subarray(headBytes, headBytes + size));
    rest = rest.subarray(headBytes + size);
  }
}

async function openRawWebSocket(
  path: string,
  onFrame: (opcode: number, payload: Buffer) => void,
): Promise<Socket> {
  const { httpPort } = running();
  const socket = await openSocket(httpPort);
  const opened = Promise.withResolvers<void>();
  let rest = Buffer.alloc(0);
  let isOpen = false;
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    const end = isOpen ? 0 : rest.indexOf('\r\n\r\n') + 4;
    if (end < 4 && !isOpen) return;
    rest = readServerFrames(Buffer.from(rest.subarray(end)), onFrame) as Buffer<ArrayBuffer>;
    isOpen = true;
    opened.resolve();
  });
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\nAuthorization: Bearer ${SECRET}\r\n\r\n`,
  );
  await opened.promise;
  return socket;
}

describe('any frames over a WebSocket', () => {
  test(
    'are messages in any fragments, until the framing is broken',
    async () => {
      const property = fc.asyncProperty(
        fc.array(webSocketMessage, { maxLength: 8, size: 'max' }),
        violation,
        chunkSizes,
        async (messages, broken, sizes) => {
          const ledger = new AnswerLedger();
          let pongs = 0;
          let isClosed = false;
          const socket = await openRawWebSocket('/tsrv', (opcode, payload) => {
            if (opcode === 10) pongs += 1;
            if (opcode !== 1) return;
            try {
              ledger.hear(readAvqAnswer(payload.toString()));
            } catch (error) {
              ledger.fault(String(error));
            }
          });
          socket.on('close', () => {
            isClosed = true;
          });
          let pings = 0;
          const frames = messages.flatMap(({ text, cuts, isBinary, pings: between }) => {
            const { text: said, id } = withReply(text);
            ledger.expect(claimOf('avq', said.toWellFormed(), id));
            const parts = cutInto(
              Buffer.from(said),
              cuts.map((cut) => cut * 10),
              20,
            );
            if (parts.length === 0) parts.push(Buffer.alloc(0));
            return parts.flatMap((payload, index) => {
              const opcode = index > 0 ? 0 : isBinary ? 2 : 1;
              const frame = webSocketFrame({ opcode, fin: index === parts.length - 1, payload });
              const ping =
                index === 0
                  ? Array.from({ length: between }, () =>
                      webSocketFrame({ opcode: 9, fin: true, payload: Buffer.from('hi') }),
                    )
                  : [];
              pings += ping.length;
              return [frame, ...ping];
            });
          });
          await written(socket, cutInto(Buffer.concat([...frames, ...(broken ? [broken] : [])]), sizes));
          if (!broken) {
            await until(
              () => ledger.complete && pongs >= pings,
              () => `${pongs} of ${pings} pongs, ${ledger.differences().join('\n')}`,
            );
            expect(ledger.differences()).toEqual([]);
            expect(pongs).toBe(pings);
            expect(isClosed).toBe(false);
            socket.destroy();
            return;
          }
          // Whatever was said before may or may not have been answered by then.
          socket.end();
          await until(
            () => isClosed,
            () => 'the connection is still open',
          );
        },
      );
      await holds(property, 50);
      await expectNeighbourServed();
      await expectNothingLeft(running());
    },
    LIMIT_MS,
  );
});

const REQUESTS = [
  `POST /tsrv HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${SECRET}\r\nContent-Type: application/json\r\nContent-Length: 24\r\n\r\n{"type":"ping","data":1}`,
  `POST /tsrv HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n{"ty\r\n10\r\npe":"ping","a":1}\r\n0\r\n\r\n`,
  'POST /tsrv/ik.service.app/version HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://localhost\r\ntokens.refresh: true\r\nContent-Length: 0\r\n\r\n',
  'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n',
  'GET /schemas/config.json HTTP/1.0\r\n\r\n',
  'GET /files/aaaaaaaa-0000-4000-8000-000000000001 HTTP/1.1\r\nHost: x\r\n\r\n',
  'OPTIONS /tsrv HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost:3000\r\nAccess-Control-Request-Method: POST\r\n\r\n',
  'GET /eventbus/info HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET /tsrv HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  'GET http://127.0.0.1/eventbus/websocket HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\n\r\n',
];

const mangling = fc.oneof(
  fc.record({
    do: fc.constant('insert' as const),
    place: fc.nat(0xffff),
    text: fc.oneof(
      oddText.filter(({ length }) => length < 1000),
      fc.constantFrom(
        '\r\n',
        '\r',
        ':',
        ' ',
        '\0',
        'Content-Length: 5\r\n',
        'Transfer-Encoding: chunked\r\n',
        'Origin: null\r\n',
        'Expect: 100-continue\r\n',
        '\r\n\r\n',
      ),
    ),
  }),
  fc.record({ do: fc.constant('cut' as const), place: fc.nat(0xffff), text: fc.constant('') }),
  fc.record({
    do: fc.constant('replace' as const),
    place: fc.nat(0xffff),
    text: fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }),
  }),
);

function mangled(request: string, changes: readonly { do: string; place: number; text: string }[]): Buffer {
  const text = changes.reduce((current, change) => {
    const at = change.place % (current.length + 1);
    if (change.do === 'cut') return current.slice(0, at);
    return (
      current.slice(0, at) +
      change.text +
      current.slice(change.do === 'replace' ? at + change.text.length : at)
    );
  }, request);
  return Buffer.from(text);
}

describe('any bytes over HTTP', () => {
  test(
    'are answered with a status of the protocol, or the connection ends',
    async () => {
      const property = fc.asyncProperty(
        fc.constantFrom(...REQUESTS),
        fc.array(mangling, { maxLength: 3 }),
        chunkSizes,
        async (request, changes, sizes) => {
          const socket = await openSocket(running().httpPort);
          let answer = '';
          let isClosed = false;
          socket.on('data', (chunk: Buffer) => {
            answer += chunk.toString('latin1');
          });
          socket.on('close', () => {
            isClosed = true;
          });
          socket.on('error', () => {});
          await written(socket, cutInto(mangled(request, changes), sizes, 12));
          socket.end();
          await until(
            () => isClosed || answer.startsWith('HTTP/1.1 101'),
            () => `neither answered nor ended: ${answer}`,
          );
          socket.destroy();
          for (const [, status] of answer.matchAll(/^HTTP\/1\.1 (\d+)/gm)) {
            expect([100, 101, 200, 204, 400, 401, 403, 404, 405, 408, 413, 415, 417, 426, 431]).toContain(
              Number(status),
            );
          }
        },
      );
      await holds(property, 150);
      await expectNeighbourServed();
      await expectNothingLeft(running());
    },
    LIMIT_MS,
  );
});
