import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { Bus } from '#bus/bus.ts';
import type { HttpRequest } from '#core/http.ts';
import { isJsonObject } from '#core/json.ts';
import { createHttpClient } from '#outbound/http-client.ts';
import type { Fixture } from '#replay/fixture.ts';
import { readAvqAnswer } from './answer-ledger.ts';
import {
  holds,
  LIMIT_MS,
  type Mutation,
  mutated,
  mutations,
  oddText,
  readFixtures,
  tellSeed,
} from './generators.ts';
import {
  createPlayedVendors,
  createStubPool,
  FORBIDDEN,
  type OutgoingCall,
  openBench,
  type PlayedAnswer,
} from './vendor-bench.ts';

tellSeed('vendor answers');

/** What the mocked modules are told by the run that is under way. */
const played = vi.hoisted(() => ({
  bus: undefined as Bus | undefined,
  answer: undefined as ((call: OutgoingCall) => PlayedAnswer) | undefined,
}));

vi.mock('#listeners.ts', async (importOriginal) => ({
  ...(await importOriginal<object>()),
  openListeners: async ({ bus }: { bus: Bus }) => {
    played.bus = bus;
    return {};
  },
}));

vi.mock('#outbound/connection-pool.ts', () => ({
  createConnectionPool: (origin: string) =>
    createStubPool(new URL(origin).hostname.replace(/\.test$/, ''), (call) => {
      if (!played.answer) throw new Error('nobody plays the vendors');
      return played.answer(call);
    }),
}));

const HTML = '<!doctype html><html><body><h1>502 Bad Gateway</h1></body></html>';

const STATUSES = [
  200, 201, 202, 204, 206, 208, 301, 400, 401, 403, 404, 409, 410, 418, 424, 429, 449, 452, 500, 502, 503,
  504, 599,
];

/** What becomes of one answer of a vendor. */
const answerChange = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('mutate' as const), mutations }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('status' as const), status: fc.constantFrom(...STATUSES) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cut' as const), at: fc.nat(0xffff) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('nest' as const),
      levels: fc.constantFrom(199, 200, 201, 2500, 8000),
      isList: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('bytes' as const), bytes: fc.uint8Array({ maxLength: 20 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('text' as const), text: fc.oneof(fc.constant(HTML), oddText) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('header' as const),
      name: fc.constantFrom(
        'content-type',
        'retry-after',
        'content-encoding',
        'content-length',
        'location',
        'set-cookie',
      ),
      value: fc.oneof(
        fc.constantFrom('gzip', '99999999999', '0', 'text/html', 'Wed, 21 Oct 2099 07:28:00 GMT'),
        oddText,
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('quote' as const),
      status: fc.constantFrom(...STATUSES),
      shape: fc.nat(3),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('refuse' as const, 'reset' as const, 'hang' as const, 'truncate' as const),
    }),
  },
);

type AnswerChange = typeof answerChange extends fc.Arbitrary<infer C> ? C : never;

/** The vendor quotes the request that it did not like, secrets and all. */
function quoted({ method, path, headers, body }: OutgoingCall, shape: number): string {
  const words = `${method} ${path} ${JSON.stringify(headers)} ${body ?? ''}`;
  return (
    [
      words,
      JSON.stringify({ Status: 403, Message: words, Error: words }),
      JSON.stringify({
        Errors: [words],
        error: { agentError: { desc: words, code: words }, desc: words },
        errors: [words],
      }),
      `<html>${words}</html>`,
    ][shape] ?? words
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function jsonMutated(text: string, changes: readonly Mutation[]): string {
  return mutated(parsed(text), changes);
}

/** One more entry that nobody knows, or in the place of tsrv's own. */
function nestedInto(text: string, { levels, isList }: { levels: number; isList: boolean }): string {
  const [open, close] = isList ? ['[', ']'] : ['{"a":', '}'];
  const deep = `${open.repeat(levels)}0${close.repeat(levels)}`.replace('[0]', '[]');
  return text.startsWith('{"') ? text.replace('{"', `{"data":${deep},"deep":${deep},"`) : deep;
}

function changed(answer: PlayedAnswer, change: AnswerChange, call: OutgoingCall): PlayedAnswer {
  const usual = 'fault' in answer ? { status: 200, headers: {}, bytes: Buffer.from('{}') } : answer;
  switch (change.do) {
    case 'mutate':
      return { ...usual, bytes: Buffer.from(jsonMutated(usual.bytes.toString(), change.mutations)) };
    case 'nest':
      return { ...usual, bytes: Buffer.from(nestedInto(usual.bytes.toString(), change)) };
    case 'status':
      return { ...usual, status: change.status };
    case 'cut':
      return { ...usual, bytes: usual.bytes.subarray(0, change.at % (usual.bytes.length + 1)) };
    case 'bytes':
      return { ...usual, bytes: Buffer.concat([Buffer.from(change.bytes), usual.bytes]) };
    case 'text':
      return { ...usual, headers: { 'content-type': 'text/html' }, bytes: Buffer.from(change.text) };
    case 'header':
      return { ...usual, headers: { ...usual.headers, [change.name]: change.value } };
    case 'quote':
      return { ...usual, status: change.status, bytes: Buffer.from(quoted(call, change.shape)) };
    default:
      return { fault: change.do };
  }
}

/** Each change is made to the answer to one call of the conversation, counted from its beginning. */
const changes = fc.array(fc.record({ call: fc.nat(7), change: answerChange }), {
  minLength: 1,
  maxLength: 3,
});

type Changes = typeof changes extends fc.Arbitrary<infer C> ? C : never;

type SentChange = { readonly what: string; readonly isUnsure: boolean };

/** A vendor says in so many words, whatever the status, that it did not even look at the request. */
const REFUSED_UNDONE = /AccessDenied|"Status":\s*(401|449|452)\b/;

/** Changes that left for a vendor, and the reads that settled them. */
const sent: (SentChange | 'settled')[] = [];

const probe = createHttpClient({
  ...{ vendor: 'probe', account: 'probe', baseUrl: 'http://probe.test', timeoutMs: 1, concurrency: 1 },
  ...{
    tlsVerify: true,
    headers: {},
    maxResponseBytes: 1,
    clock: { now: () => 0, setTimeout: () => ({ cancel() {} }) },
    log: console as never,
  },
} as Parameters<typeof createHttpClient>[0]);
const prototype = Object.getPrototypeOf(probe) as {
  send(request: HttpRequest, call: object): Promise<{ status: number; text: string }>;
};
const { send } = prototype;
prototype.send = function watched(request, call) {
  const answer = send.call(this, request, call);
  if (request.effect === 'change') {
    const what = `${request.method} ${request.path} ${JSON.stringify(request.body ?? null)}`;
    answer.then(
      ({ status, text }) => sent.push({ what, isUnsure: status >= 500 && !REFUSED_UNDONE.test(text) }),
      (failure: Error) => sent.push({ what, isUnsure: failure.name === 'VENDOR_OUTCOME_UNKNOWN' }),
    );
  } else if (request.settling) {
    answer.then(
      () => sent.push('settled'),
      () => undefined,
    );
  }
  return answer;
};

function expectNothingTwice(): void {
  const unsure = new Set<string>();
  for (const one of sent) {
    if (one === 'settled') unsure.clear();
    else if (unsure.has(one.what))
      throw new Error(`sent again although nobody knows what became of it: ${one.what}`);
    else if (one.isUnsure) unsure.add(one.what);
  }
}

/** Says what the fixture says, to vendors that answer otherwise. */
async function converse(
  fixture: Fixture & { readonly file: string },
  picked: Changes,
): Promise<readonly string[]> {
  sent.length = 0;
  const vendors = createPlayedVendors(fixture);
  let calls = 0;
  played.answer = (call) => {
    const made = picked.filter((one) => one.call === calls).map(({ change }) => change);
    calls += 1;
    return made.reduce((answer, change) => changed(answer, change, call), vendors(call));
  };
  const bench = await openBench(fixture, () => played.bus as Bus);
  let said = 0;
  try {
    for (const { send: message, expect: expected, advance_ms: skipMs } of fixture.messages) {
      if (skipMs !== undefined) await bench.skip(skipMs);
      if (!isJsonObject(message)) continue;
      said += 1;
      bench.say(JSON.stringify({ ...message, reply_address: `r#${said}` }));
      if (expected !== undefined && expected !== null) await bench.until(() => bench.answers.length >= said);
    }
    await bench.until(() => bench.answers.length >= said);
  } finally {
    const left = await bench.stop();
    expect(left).toEqual({ inFlight: 0, timers: [] });
  }
  expect(bench.answers).toHaveLength(said);
  // First, since they say where it comes from.
  expect(bench.complaints).toEqual([]);
  for (const answer of bench.answers) {
    const secret = FORBIDDEN.find((one) => answer.includes(one));
    if (secret !== undefined) throw new Error(`${secret} was told: ${answer}`);
    readAvqAnswer(
      answer,
      answer.includes('"type":"error"') &&
        fixture.file.startsWith('tsrv/') &&
        !answer.includes('BUS_INTERNAL_ERROR'),
    );
  }
  // A report may be ordered anew once a lost one has surely ended: nothing is changed by it.
  if (!fixture.file.startsWith('white-server/')) expectNothingTwice();
  return bench.answers;
}

/** Their configuration cannot be read with credentials of ours, or they are about a restart. */
function isPlayable({ messages, config }: Fixture): boolean {
  return (
    messages.every(({ restart, via }) => restart === undefined && via !== 'http') && config !== undefined
  );
}

describe.each(['kassa24', 'iiko', 'ofd-ru', 'white-server', 'tsrv'])('any answers of %s', (vendor) => {
  const fixtures = readFixtures(vendor).filter(isPlayable);

  test(
    'are answered by name, tell no secret and repeat no change',
    async () => {
      const property = fc.asyncProperty(
        fc.constantFrom(...fixtures).map((fixture) => ({ fixture, toJSON: () => fixture.file })),
        changes,
        async ({ fixture }, picked) => {
          await converse(fixture, picked);
        },
      );
      await holds(property, 60);
    },
    LIMIT_MS,
  );
});

test('a section that is no object is an answer that cannot be read', async () => {
  const fixture = readFixtures('kassa24').find(({ file }) =>
    file.endsWith('get-section-report-success.json'),
  );
  if (!fixture) throw new Error('there is no such fixture');
  for (const Sections of [{ 76634: false }, [false], 'none', 1]) {
    const body = { Status: 200, Message: 'OK', Data: { Sections } };
    const exchanges = fixture.exchanges?.map((exchange) =>
      exchange.request.path.endsWith('/sections/reports') ? { ...exchange, response: { body } } : exchange,
    );
    const answers = await converse({ ...fixture, exchanges: exchanges ?? [] }, []);
    expect(JSON.parse(answers[0] ?? '')).toMatchObject({ data: { name: 'VENDOR_BAD_RESPONSE' } });
  }
});
