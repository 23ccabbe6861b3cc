import fc from 'fast-check';
import { isJsonObject } from '#core/json.ts';
import { ACCOUNTS, PIN, SECRET, TOKENS, TOPIC } from './fuzzed-bus.ts';
import { fuzzedText, oddText, readFixtures } from './generators.ts';

/** Stands for a reply address that no other message has; replaced just before it is sent. */
const REPLY = '@reply@';

/** A good while less than anything takes that is waited for in vain (milliseconds of the bus). */
const TIMEOUT = '6000';

type Said = { readonly address: string; readonly data: unknown; readonly headers: Record<string, string> };

/** Everything that the fixtures say to a bus, once each. */
function saidInFixtures(): readonly Said[] {
  const said = readFixtures()
    .flatMap(({ messages }) => messages.map(({ send }) => send))
    .filter(isJsonObject)
    .map(({ address, data, headers }) => ({
      address: String(address),
      data: data ?? null,
      headers: (isJsonObject(headers) ? headers : {}) as Record<string, string>,
    }));
  return [...new Map(said.map((one) => [JSON.stringify(one), one])).values()];
}

/** To the registers and accounts that the fuzzed bus has; `index` spreads them. */
function readdressed({ address, data, headers }: Said, index: number): Said {
  const own: Record<string, string> = { ...headers, timeout: TIMEOUT };
  if (own.token !== undefined) own.token = TOKENS[index % TOKENS.length] ?? '';
  if (own.account !== undefined) own.account = ACCOUNTS[index % ACCOUNTS.length] ?? '';
  delete own.authorization;
  return { address, data, headers: own };
}

const register = { token: 'KZ77506', timeout: TIMEOUT };

const OWN: readonly Said[] = [
  ...[
    'test.echo',
    'test.headers',
    'test.hello',
    'test.fail',
    TOPIC,
    'nobody.there',
    'jobs.1',
    '__vertx.reply.1',
  ].map((address) => ({
    address,
    data: { value: 'мир', allowed: true },
    headers: { timeout: TIMEOUT, some: 'header' },
  })),
  { address: 'test.sink', data: 1, headers: { timeout: '100' } },
  ...[PIN, '0000'].map((pin) => ({
    address: 'ik.service.token.authority',
    data: { pin },
    headers: { ...register, action: 'authorize' },
  })),
  { address: 'ik.service.token.authority', data: null, headers: { ...register, action: 'logout' } },
  {
    address: 'ik.service.token',
    data: null,
    headers: {
      action: 'get_tokens',
      authorization: `Bearer ${SECRET}`,
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    },
  },
  ...['get_x_report', 'open_shift', 'close_shift'].flatMap((action) =>
    TOKENS.map((token) => ({
      address: 'ik.service.token.shift',
      data: null,
      headers: {
        action,
        token,
        timeout: TIMEOUT,
        'tokens.refresh': 'false',
        raw: 'true',
        'operation.id': `${action}-1`,
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      },
    })),
  ),
  {
    address: 'bus.reports',
    data: { tokens: TOKENS },
    headers: { action: 'get_x_reports', timeout: TIMEOUT },
  },
  {
    address: 'bus.reports',
    data: null,
    headers: { action: 'reconcile_shift', token: 'KZ77505', timeout: TIMEOUT },
  },
];

const SAID: readonly Said[] = [...OWN, ...OWN, ...saidInFixtures().map(readdressed)];

/** Where a failure would be told in whatever words its sender has, if anybody waited for it. */
const NOBODY_WAITS = '__vertx.reply.777';

const AVQ_ASIDES = [
  { type: 'ping', reply_address: REPLY },
  { type: 'pong', address: 'topics.default.pong' },
  { type: 'publish', address: TOPIC, data: { allowed: true, value: 1 } },
  { type: 'listen', address: TOPIC },
  { type: 'unlisten', address: TOPIC },
  { type: 'listen', address: 'jobs.x' },
  { type: 'error', address: NOBODY_WAITS, data: { name: 'X', description: 'y' } },
  { type: 'send', address: 'ik.service.app', replyAddress: REPLY, headers: { action: 'initSession' } },
];

const VERTX_ASIDES = [
  { type: 'ping' },
  { type: 'register', address: TOPIC, headers: {} },
  { type: 'unregister', address: TOPIC, headers: {} },
  { type: 'register', address: 'jobs.x' },
  { type: 'publish', address: TOPIC, body: { allowed: true }, headers: { a: 1, b: [1, 2] } },
  { type: 'send', address: TOPIC, body: { allowed: true } },
  { type: 'send', address: NOBODY_WAITS, failureCode: 3, message: 'no' },
];

const avqBases = SAID.map(({ address, data, headers }) => ({
  type: 'send',
  address,
  reply_address: REPLY,
  data,
  headers,
}));
const vertxBases = SAID.map(({ address, data, headers }) => ({
  type: 'send',
  address,
  body: data,
  replyAddress: REPLY,
  headers,
}));

function mixed(sends: readonly unknown[], asides: readonly unknown[]): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 12, arbitrary: fuzzedText(sends) },
    { weight: 3, arbitrary: fuzzedText(asides) },
    { weight: 1, arbitrary: oddText },
  );
}

export const avqText = mixed(avqBases, AVQ_ASIDES);
export const vertxText = mixed(vertxBases, VERTX_ASIDES);

/** One request of the short form, everything still to be encoded. */
export const shortForm = fc
  .record({
    said: fc.constantFrom(...SAID),
    odd: fc.option(
      fc.record({
        where: fc.constantFrom(
          'address',
          'action',
          'token',
          'timeout',
          'operation.id',
          'reply-address',
          'x.y',
        ),
        text: oddText.filter(({ length }) => length < 1000),
      }),
      { nil: undefined },
    ),
    body: fc.option(oddText, { nil: undefined, freq: 6 }),
  })
  .map(({ said, odd, body }) => {
    const { action = 'none', authorization: _, ...headers } = said.headers;
    return {
      address: said.address,
      action,
      headers,
      data: body ?? (said.data === null ? '' : JSON.stringify(said.data)),
      odd,
    };
  });

let last = 0;

/** The text with a reply address of its own in place of the mark. */
export function withReply(text: string): { readonly text: string; readonly id: string } {
  last += 1;
  const id = `r#${last}`;
  return { text: text.replaceAll(REPLY, id), id };
}
