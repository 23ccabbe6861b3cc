import { describe, expect, test } from 'vitest';
import { NO_HEADERS } from '#core/message.ts';
import { recipientFailure } from '#protocol/recipient-failure.ts';
import { type BridgeBus, consume, echo, startBridgeBus } from '../bridge/bridge-bus.ts';
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts';
import { VOICES, type Voice, type VoiceKind } from './voices.ts';

/** Less than a polling client may take between two polls. */
const REPLY_TIMEOUT_MS = 1000;

type Scene = { voice: Voice; other: Voice; bus: BridgeBus; clock: FakeClock; kind: VoiceKind };

/** What failure is told in which words. */
const failureOf = (kind: VoiceKind, avq: object, vertx: object) => ({
  failure: expect.objectContaining(kind.dialect === 'avq' ? avq : vertx),
});

const SENTENCES: Readonly<Record<string, (scene: Scene) => Promise<void>>> = {
  async 'answers a request with what the consumer said'({ voice }) {
    for (const body of [null, 'text', 12, true, [1, { a: null }], { сумма: '10.71' }]) {
      expect(await voice.request('echo', body)).toMatchObject({ body });
    }
  },
  async 'answers many requests, each with its own answer'({ voice }) {
    const answers = await Promise.all([1, 2, 3, 4, 5].map((body) => voice.request('echo', body)));
    expect(answers.map((answer) => 'body' in answer && answer.body)).toEqual([1, 2, 3, 4, 5]);
  },
  async 'tells at once that nobody is there'({ voice, kind }) {
    expect(await voice.request('nobody', 1)).toEqual(
      failureOf(
        kind,
        { name: 'BUS_UNKNOWN_ADDRESS' },
        { failureCode: -1, failureType: 'NO_HANDLERS', message: 'No handlers for address nobody' },
      ),
    );
  },
  async 'tells the code and the text of a recipient that failed'({ voice, bus, kind }) {
    bus.engine.register('fails', ({ respond }) => respond?.(recipientFailure(123, 'the_message')));
    expect(await voice.request('fails', 1)).toEqual(
      failureOf(
        kind,
        { code: 123, description: 'the_message' },
        { failureCode: 123, failureType: 'RECIPIENT_FAILURE', message: 'the_message' },
      ),
    );
  },
  async 'tells that nobody answered in time'({ voice, bus, clock, kind }) {
    const sink = consume(bus, 'sink');
    const answer = voice.request('sink', 1, { timeout: `${REPLY_TIMEOUT_MS}` });
    await sink.next();
    clock.advance(REPLY_TIMEOUT_MS);
    expect(await answer).toEqual(
      failureOf(kind, { name: 'BUS_TIMEOUT' }, { failureCode: -1, failureType: 'TIMEOUT' }),
    );
  },
  async 'hands the headers of a request on'({ voice, bus }) {
    const consumer = consume(bus, 'headers');
    void voice.request('headers', 1, { one: 'a', two: 'b' });
    expect((await consumer.next()).headers).toEqual({ one: 'a', two: 'b' });
  },
  async 'hands the headers of an answer back'({ voice, bus }) {
    bus.engine.register('headers', ({ respond }) => respond?.({ body: 1, headers: { one: 'a' } }));
    expect(await voice.request('headers', 1)).toEqual({ body: 1, headers: { one: 'a' } });
  },
  async 'outlives a message that nobody can read'({ voice }) {
    voice.babble();
    expect(await voice.request('echo', 'still here')).toMatchObject({ body: 'still here' });
  },
  async 'says that a message could not be read'({ voice }) {
    voice.babble();
    expect(await voice.refused()).toHaveProperty('type', expect.stringMatching(/^err/));
  },
  async 'answers a ping'({ voice }) {
    expect(await voice.ping()).toMatchObject({ type: 'pong' });
  },
  async 'hears its own publish after registering, in order'({ voice }) {
    voice.register('news');
    for (const body of [1, 2, 3]) voice.publish('news', body);
    for (const body of [1, 2, 3]) expect(await voice.hear()).toMatchObject({ address: 'news', body });
  },
  async 'tells a publish from a send'({ voice, bus }) {
    voice.register('news');
    await voice.settled();
    bus.engine.send({ address: 'news', body: 1, headers: NO_HEADERS });
    bus.engine.publish({ address: 'news', body: 2, headers: NO_HEADERS });
    expect([(await voice.hear()).kind, (await voice.hear()).kind]).toEqual(['send', 'publish']);
  },
  async 'shares sends with others in turn'({ voice, other, bus }) {
    voice.register('work');
    await voice.settled();
    other.register('work');
    await other.settled();
    for (const body of [1, 2, 3, 4]) bus.engine.send({ address: 'work', body, headers: NO_HEADERS });
    expect([(await voice.hear()).body, (await voice.hear()).body]).toEqual([1, 3]);
    expect([(await other.hear()).body, (await other.hear()).body]).toEqual([2, 4]);
  },
  async 'gets a publish, as everybody does'({ voice, other, bus }) {
    voice.register('news');
    await voice.settled();
    other.register('news');
    await other.settled();
    bus.engine.publish({ address: 'news', body: 'all', headers: NO_HEADERS });
    expect([(await voice.hear()).body, (await other.hear()).body]).toEqual(['all', 'all']);
  },
  async 'registers twice and hears once'({ voice, bus }) {
    voice.register('news');
    voice.register('news');
    await voice.settled();
    bus.engine.publish({ address: 'news', body: 1, headers: NO_HEADERS });
    bus.engine.publish({ address: 'news', body: 2, headers: NO_HEADERS });
    expect([(await voice.hear()).body, (await voice.hear()).body]).toEqual([1, 2]);
  },
  async 'hears no more after unregistering'({ voice, bus }) {
    voice.register('news');
    voice.unregister('news');
    await voice.settled();
    expect(bus.engine.has('news')).toBe(false);
  },
  async 'answers what it is asked'({ voice, other }) {
    voice.register('ask');
    await voice.settled();
    const answer = other.request('ask', 'how many?', { unit: 'кг' });
    const question = await voice.hear();
    expect(question).toMatchObject({ body: 'how many?', headers: { unit: 'кг' } });
    question.reply({ many: 12 });
    expect(await answer).toMatchObject({ body: { many: 12 } });
  },
  async 'fails what it is asked, with a code and a text'({ voice, other }) {
    voice.register('ask');
    await voice.settled();
    const answer = other.request('ask', 1);
    (await voice.hear()).fail(7, 'no');
    expect(await answer).toEqual({ failure: expect.objectContaining({ failureCode: 7, message: 'no' }) });
  },
};

/** Who cannot do what, and why. */
const HTTP_HEARS_NOTHING = 'one request has one answer: nothing can be delivered';
const DEVIATIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'AVQ over HTTP': {
    'hears its own publish after registering, in order': HTTP_HEARS_NOTHING,
    'tells a publish from a send': HTTP_HEARS_NOTHING,
    'shares sends with others in turn': HTTP_HEARS_NOTHING,
    'gets a publish, as everybody does': HTTP_HEARS_NOTHING,
    'registers twice and hears once': HTTP_HEARS_NOTHING,
    'hears no more after unregistering': HTTP_HEARS_NOTHING,
    'answers what it is asked': HTTP_HEARS_NOTHING,
    'fails what it is asked, with a code and a text': HTTP_HEARS_NOTHING,
  },
  'TCP bridge': {
    'says that a message could not be read': 'the reference passes broken JSON over without a word',
  },
  ...Object.fromEntries(
    VOICES.filter(({ dialect }) => dialect === 'sockjs').map(({ name }) => [
      name,
      {
        'answers a ping': 'the SockJS bridge knows no pong',
        'tells a publish from a send': 'a `rec` frame does not say',
        'fails what it is asked, with a code and a text': 'the SockJS bridge has no failure from clients',
      },
    ]),
  ),
};

/** The other side of a conversation speaks the Vert.x TCP dialect. */
const OTHER = VOICES.at(-1) as VoiceKind;

async function setScene(kind: VoiceKind): Promise<Scene> {
  const clock = createFakeClock(Date.parse('2026-01-01'));
  const bus = await startBridgeBus({
    inbound: [{}],
    outbound: [{}],
    clock,
    sockJs: { pingTimeoutMs: 600_000, replyTimeoutMs: REPLY_TIMEOUT_MS },
  });
  echo(bus, 'echo');
  return { kind, clock, bus, voice: await kind.open(bus), other: await OTHER.open(bus) };
}

describe.each(VOICES.map((kind) => [kind.name, kind] as const))('%s', (name, kind) => {
  const deviations = DEVIATIONS[name] ?? {};
  for (const [sentence, check] of Object.entries(SENTENCES)) {
    const reason = deviations[sentence];
    if (reason === undefined) test(sentence, async () => check(await setScene(kind)));
    else test.skip(`${sentence} (not here: ${reason})`);
  }

  test('deviates only in sentences that there are', () => {
    expect(Object.keys(deviations).filter((sentence) => !Object.hasOwn(SENTENCES, sentence))).toEqual([]);
  });
});

const LISTENING = VOICES.filter(({ name }) => name !== 'AVQ over HTTP');

describe.each(VOICES.map((kind) => [kind.name, kind] as const))('from %s', (_from, asking) => {
  test.each(LISTENING.map((kind) => [kind.name, kind] as const))(
    'to a consumer at %s and back',
    async (_to, answering) => {
      const bus = await startBridgeBus();
      echo(bus, 'echo');
      const [one, two] = [await asking.open(bus), await answering.open(bus)];
      two.register('there');
      await two.settled();
      const answer = one.request('there', { question: 'ж' }, { h: 'v' });
      const question = await two.hear();
      expect(question).toMatchObject({ address: 'there', body: { question: 'ж' }, headers: { h: 'v' } });
      question.reply(['answer', 1.5]);
      expect(await answer).toMatchObject({ body: ['answer', 1.5] });
    },
  );
});
