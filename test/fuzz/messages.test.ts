import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AnswerLedger, claimOf, type DialectName, readAvqAnswer } from './answer-ledger.ts';
import { expectNothingLeft, type FuzzedBus, SECRET, until, useFuzzedBus } from './fuzzed-bus.ts';
import { avqText, shortForm, vertxText, withReply } from './fuzzed-messages.ts';
import { holds, LIMIT_MS, tellSeed } from './generators.ts';
import { WIRES, type WireKind } from './wires.ts';

tellSeed('messages');

const running = useFuzzedBus();

/** The largest batch of one run. */
const MESSAGES = 40;

function noSecretIn(bus: FuzzedBus, text: string): void {
  const found = bus.secrets.find((secret) => text.includes(secret));
  if (found !== undefined) throw new Error(`${found} was told: ${text}`);
}

/** A question that has exactly one answer. */
function question(dialect: DialectName, reply: string): string {
  const asked = { type: 'send', address: 'test.echo' };
  const rest =
    dialect === 'avq' ? { reply_address: reply, data: reply } : { replyAddress: reply, body: reply };
  return JSON.stringify({ ...asked, ...rest });
}

/** A connection, and the ledger of what is said over it. */
async function openTalk(kind: WireKind) {
  const bus = running();
  const ledger = new AnswerLedger();
  const hear = (text: string) => {
    try {
      noSecretIn(bus, text);
      ledger.hear(kind.read(text));
    } catch (error) {
      ledger.fault(error instanceof Error ? error.message : String(error));
    }
  };
  const wire = await kind.open(bus, hear);
  const say = (template: string) => {
    const { text, id } = withReply(template);
    ledger.expect(claimOf(kind.dialect, text.toWellFormed(), id));
    wire.send(text);
  };
  return { wire, ledger, say, ask: () => say(question(kind.dialect, '@reply@')) };
}

type Talk = Awaited<ReturnType<typeof openTalk>>;

async function settled({ ledger, wire }: Talk): Promise<void> {
  await until(
    () => ledger.complete || !wire.isOpen,
    () => ledger.differences().join('\n'),
  );
  expect(ledger.differences()).toEqual([]);
}

describe.each(WIRES)('any messages over $name', (kind) => {
  const text = kind.dialect === 'avq' ? avqText : vertxText;

  test(
    'are answered once each, by name, and disturb nobody',
    async () => {
      const neighbour = await openTalk(kind);
      const property = fc.asyncProperty(
        fc.array(text, { minLength: 1, maxLength: MESSAGES, size: 'max' }),
        async (texts) => {
          const talk = await openTalk(kind);
          try {
            for (const one of texts) talk.say(one);
            talk.ask();
            neighbour.ask();
            await settled(neighbour);
            await settled(talk);
            // What came too often would come before the answer to one more question.
            talk.ask();
            await settled(talk);
            expect(talk.wire.isOpen).toBe(true);
          } finally {
            talk.wire.close();
          }
        },
      );
      try {
        await holds(property, 20);
        expect(neighbour.wire.isOpen).toBe(true);
      } finally {
        neighbour.wire.close();
      }
      await expectNothingLeft(running());
    },
    LIMIT_MS,
  );
});

/** HTTP carries no line breaks and no letters beyond Latin 1; the rest goes as it is. */
function toHttpHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, value.replace(/[^\t\x20-\x7e\x80-\xff]/g, '?')]),
  );
}

const MESSAGE_STATUSES: Readonly<Record<string, number>> = {
  BUS_MALFORMED_MESSAGE: 400,
  BUS_UNKNOWN_TYPE: 400,
  BUS_NOT_AUTHENTICATED: 401,
  BUS_RATE_LIMITED: 429,
  BUS_OVERLOADED: 503,
};

async function post(
  path: string,
  headers: Record<string, string>,
  body: string,
): Promise<{ status: number; text: string }> {
  const { httpPort } = running();
  const response = await fetch(`http://127.0.0.1:${httpPort}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${SECRET}`, 'content-type': 'application/json', ...headers },
    body: Buffer.from(body),
  });
  return { status: response.status, text: await response.text() };
}

/** The answer is a Message, under the status that the contract has for it. */
function expectMessage(
  { status, text }: { status: number; text: string },
  allowed: readonly number[] = [],
): string | undefined {
  noSecretIn(running(), text);
  const { to } = readAvqAnswer(text);
  const { type, data } = JSON.parse(text);
  const expected = type === 'error' ? (MESSAGE_STATUSES[data.name] ?? 200) : 200;
  if (!allowed.includes(status)) expect(status, text).toBe(expected);
  return to;
}

describe('any messages over HTTP', () => {
  test(
    'are answered in the long form, by name',
    async () => {
      const property = fc.asyncProperty(
        fc.array(avqText, { minLength: 1, maxLength: 20, size: 'max' }),
        async (texts) => {
          const asked = texts.map(async (template) => {
            const { text, id } = withReply(template);
            const to = expectMessage(await post('/tsrv', {}, text));
            const { id: claimed, strict } = claimOf('avq', text.toWellFormed(), id);
            if (claimed !== undefined && strict) expect(to).toBe(claimed);
          });
          await Promise.all(asked);
        },
      );
      await holds(property, 15);
      await expectNothingLeft(running());
    },
    LIMIT_MS,
  );

  test(
    'are answered in the short form, by name',
    async () => {
      const property = fc.asyncProperty(
        fc.array(shortForm, { minLength: 1, maxLength: 20, size: 'max' }),
        async (requests) => {
          const asked = requests.map(async ({ address, action, headers, data, odd }) => {
            const path = { address, action, [odd?.where ?? '']: odd?.text ?? '' };
            const own: Record<string, string> =
              odd && !['address', 'action'].includes(odd.where)
                ? { ...headers, [odd.where]: odd.text }
                : headers;
            const encoded = [path.address, path.action].map((part) =>
              encodeURIComponent((part ?? '').toWellFormed()),
            );
            expectMessage(await post(`/tsrv/${encoded.join('/')}`, toHttpHeaders(own), data), [404]);
          });
          await Promise.all(asked);
        },
      );
      await holds(property, 15);
      await expectNothingLeft(running());
    },
    LIMIT_MS,
  );
});

describe('what was found so', () => {
  const say = async (message: object) =>
    JSON.parse((await post('/tsrv', {}, JSON.stringify({ reply_address: 'r', ...message }))).text);

  test('a traceparent that is none does not become a header of the call to the vendor', async () => {
    for (const traceparent of ['\u0000', 'ы', '00-x', '']) {
      const headers = { action: 'get_x_report', token: 'AVQ11031010703', traceparent };
      expect(await say({ address: 'ik.service.token.shift', headers })).not.toMatchObject({
        data: { name: 'BUS_INTERNAL_ERROR' },
      });
    }
    await expectNothingLeft(running());
  });

  test('the raw answers beside the answer to a change are no breach of its schema', async () => {
    const headers = { action: 'open_shift', token: 'KZ77505', raw: 'true' };
    await say({ address: 'ik.service.token.shift', headers });
    headers.action = 'close_shift';
    const { data } = await say({ address: 'ik.service.token.shift', headers });
    expect(data).toHaveProperty('raw');
    await expectNothingLeft(running());
  });

  test('a name that cannot be made text is greeted all the same', async () => {
    const data = { value: { toString: 1 } };
    expect(await say({ address: 'test.hello', data })).toMatchObject({
      data: { value: 'Hello {"toString":1}' },
    });
  });
});
