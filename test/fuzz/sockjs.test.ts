import { request } from 'node:http';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { readBridgeAnswer } from './answer-ledger.ts';
import { expectNothingLeft, SECRET, until, useFuzzedBus } from './fuzzed-bus.ts';
import { vertxText, withReply } from './fuzzed-messages.ts';
import { holds, LIMIT_MS, oddText, tellSeed } from './generators.ts';

tellSeed('SockJS bodies');

/** A poll that has nothing to tell ends with a heartbeat, after 25 s of the bus. */
const SPEED = 100;

const running = useFuzzedBus(SPEED);

/** What the protocol says to a body that it cannot read; nothing else may be a 500 (sockjs-protocol 0.3.3). */
const COMPLAINTS = [
  'Payload expected.',
  'Broken JSON encoding.',
  '"callback" parameter required',
  'invalid "callback" parameter',
];

/** Messages as a client sends them, or nearly so. */
const upstream = fc.oneof(
  { weight: 8, arbitrary: fc.array(vertxText, { maxLength: 4 }).map((texts) => JSON.stringify(texts)) },
  { weight: 1, arbitrary: vertxText },
  { weight: 1, arbitrary: vertxText.map((text) => JSON.stringify(text)) },
  { weight: 2, arbitrary: oddText },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '',
      '[]',
      '[[]]',
      '{}',
      '["',
      '[1]',
      '["a",null]',
      '\uFEFF["x"]',
      'd=%5B%5D',
      'd=',
      '["\\ud800"]',
    ),
  },
);

const segment = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('s1', 's2', 's3') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('', 'a.b', '%2e', '__proto__', 'constructor', '..', 'x'.repeat(500), 'ы'),
  },
);

const ENDPOINTS = [
  'xhr',
  'xhr_send',
  'xhr_send',
  'xhr_send',
  'xhr_streaming',
  'eventsource',
  'htmlfile',
  'jsonp',
  'jsonp_send',
  'websocket',
];
const BY_GET = ['eventsource', 'htmlfile', 'jsonp', 'websocket'];

const methodOf = (endpoint: string) => (BY_GET.includes(endpoint) ? 'GET' : 'POST');

const call = fc.record({
  server: segment,
  session: segment,
  endpoint: fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...ENDPOINTS) },
    { weight: 1, arbitrary: fc.constantFrom('toString', 'xhr/', 'Xhr', '') },
  ),
  method: fc.oneof(
    { weight: 10, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS') },
  ),
  type: fc.constantFrom('text/plain', 'application/json', 'application/x-www-form-urlencoded', 'T', ''),
  query: fc.oneof(
    { weight: 4, arbitrary: fc.constant(`&c=callback`) },
    { weight: 1, arbitrary: fc.constantFrom('', '&c=', '&c=%3Cscript%3E', '&callback=a.b', '&c=%ZZ') },
  ),
  body: upstream,
});

type Call = typeof call extends fc.Arbitrary<infer C> ? C : never;

type Answer = { readonly status: number; readonly text: string };

/** Reads until the end, or as much as a stream has to say at once. */
function ask(
  { server, session, endpoint, method = methodOf(endpoint), type, query, body }: Call,
  prefix: string,
): Promise<Answer> {
  const path = `/eventbus/${encodeURI(server)}/${encodeURI(session === '' ? session : prefix + session)}/${endpoint}?access_token=${SECRET}${query}`;
  return new Promise((resolve, reject) => {
    const headers = {
      ...(type !== '' && { 'content-type': type }),
      'content-length': Buffer.byteLength(body),
    };
    const asked = request(
      { host: '127.0.0.1', port: running().httpPort, path, method, headers, agent: false, timeout: 10_000 },
      (response) => {
        let text = '';
        const done = () => resolve({ status: response.statusCode ?? 0, text });
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
          // A stream goes on for as long as it is read.
          if (
            ['xhr_streaming', 'eventsource', 'htmlfile'].includes(endpoint) &&
            response.statusCode === 200 &&
            !response.complete
          ) {
            done();
            asked.destroy();
          }
        });
        response.on('end', done);
        response.on('error', done);
      },
    );
    asked.on('timeout', () => asked.destroy(new Error(`no answer: ${method} ${path}`)));
    asked.on('error', reject);
    asked.end(body);
  });
}

function isMessages(body: string): boolean {
  try {
    const value: unknown = JSON.parse(body.startsWith('\uFEFF') ? body.slice(1) : body);
    return Array.isArray(value) && value.every((item) => typeof item === 'string');
  } catch {
    return false;
  }
}

function expectStatus({ status, text }: Answer, { endpoint, method, body }: Call): void {
  expect([200, 204, 400, 404, 405, 413, 500]).toContain(status);
  if (status === 500) expect(COMPLAINTS).toContain(text);
  const usual = method === undefined || method === methodOf(endpoint);
  if (!usual) return;
  if (endpoint === 'xhr_send') {
    expect(
      status === 404 || status === (isMessages(body.toWellFormed()) ? 204 : 500),
      `${status} ${text}`,
    ).toBe(true);
  }
  if (['xhr', 'xhr_streaming', 'eventsource'].includes(endpoint)) expect([200, 404]).toContain(status);
  // A frame, or the answers of the session inside one; whatever stands there is a text of the bridge.
  if (endpoint === 'xhr' && text.startsWith('a'))
    for (const one of JSON.parse(text.slice(1))) readBridgeAnswer('sockjs', one);
}

let batches = 0;

describe('any SockJS requests', () => {
  test(
    'are answered with the status of the protocol, and never hang',
    async () => {
      const property = fc.asyncProperty(
        fc.array(call, { minLength: 1, maxLength: 16, size: 'max' }),
        async (calls) => {
          batches += 1;
          const prefix = `b${batches}-`;
          // Some sessions exist before anything is sent to them.
          for (const session of ['s1', 's2']) {
            const opening: Call = {
              server: '000',
              session,
              endpoint: 'xhr',
              method: undefined,
              type: '',
              query: '',
              body: '',
            };
            expect(await ask(opening, prefix)).toEqual({ status: 200, text: 'o\n' });
          }
          const answers = await Promise.all(
            calls.map((one) => ask({ ...one, body: withReply(one.body).text.toWellFormed() }, prefix)),
          );
          for (const [index, answer] of answers.entries()) {
            const asked = calls[index];
            if (asked) expectStatus(answer, asked);
          }
        },
      );
      await holds(property, 20);
      await expectNothingLeft(running());
    },
    LIMIT_MS,
  );

  test(
    'in a framed WebSocket are messages, or close it as broken',
    async () => {
      const property = fc.asyncProperty(
        fc.array(upstream, { minLength: 1, maxLength: 12, size: 'max' }),
        async (payloads) => {
          const socket = new WebSocket(
            `ws://127.0.0.1:${running().httpPort}/eventbus/000/any/websocket?access_token=${SECRET}`,
          );
          const frames: string[] = [];
          let closed: string | undefined;
          socket.on('message', (data) => frames.push(data.toString()));
          socket.on('close', (code, reason) => {
            closed = `${code} ${reason}`;
          });
          await new Promise((resolve) => socket.once('open', resolve));
          const texts = payloads.map((payload) => withReply(payload).text.toWellFormed());
          for (const text of texts) socket.send(text);
          socket.send(
            JSON.stringify([
              JSON.stringify({ type: 'send', address: 'test.echo', body: 'end', replyAddress: 'the-end' }),
            ]),
          );
          const isBroken = texts.some(
            (text) => text.replace(/^\uFEFF/, '') !== '' && !isMessages(text) && !isBareText(text),
          );
          await until(
            () =>
              closed !== undefined ||
              (!isBroken &&
                frames.some((frame) => frame.includes('"the-end') || frame.includes('the-end\\"'))),
            () => `neither answered nor closed: ${frames.join(' ')}`,
          );
          expect(closed).toBe(isBroken ? '3000 Broken framing.' : undefined);
          expect(frames[0]).toBe('o');
          for (const frame of frames) {
            expect(frame).toMatch(/^[oha]/);
            if (frame.startsWith('a'))
              for (const text of JSON.parse(frame.slice(1))) readBridgeAnswer('sockjs', text);
          }
          socket.terminate();
        },
      );
      await holds(property, 40);
      await expectNothingLeft(running());
    },
    LIMIT_MS,
  );
});

function isBareText(payload: string): boolean {
  try {
    return typeof JSON.parse(payload.startsWith('\uFEFF') ? payload.slice(1) : payload) === 'string';
  } catch {
    return false;
  }
}
