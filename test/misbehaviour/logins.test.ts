import { describe, expect, test } from 'vitest';
import { type OneSick, startOneSick } from './sick-bus.ts';
import { CHANGES, type ChangePlan, LOGINS, READS } from './vendor-kinds.ts';

/** What the login is answered with, and what everything that needs it is answered with then. */
const MISBEHAVIOURS: readonly (readonly [what: string, fault: object, name: string])[] = [
  ['a reset', { fault: 'reset' }, 'VENDOR_UNAVAILABLE'],
  ['an answer that is lost', { fault: 'lost_answer' }, 'VENDOR_UNAVAILABLE'],
  ['half a body', { fault: 'truncate' }, 'VENDOR_BAD_RESPONSE'],
  ['a body that trickles', { fault: 'trickle' }, 'VENDOR_TIMEOUT'],
  ['HTML', { fault: 'html' }, 'VENDOR_BAD_RESPONSE'],
  ['broken JSON', { fault: 'not_json' }, 'VENDOR_BAD_RESPONSE'],
  ['nothing at all', { status: 200 }, 'VENDOR_BAD_RESPONSE'],
  ['JSON of another shape', { body: { unexpected: true } }, 'VENDOR_BAD_RESPONSE'],
  ['a redirect', { status: 302, headers: { location: '/elsewhere' } }, 'VENDOR_BAD_RESPONSE'],
  ['500', { status: 500 }, 'VENDOR_UNAVAILABLE'],
  ['502', { status: 502, text: '<html>bad gateway</html>' }, 'VENDOR_UNAVAILABLE'],
  ['503', { status: 503 }, 'VENDOR_UNAVAILABLE'],
  ['401', { status: 401 }, 'VENDOR_AUTH_FAILED'],
  ['403', { status: 403 }, 'VENDOR_AUTH_FAILED'],
  ['429', { retry_after: 1 }, 'VENDOR_RATE_LIMITED'],
];

const CHANGE_PLANS: readonly ChangePlan[] = Object.values(CHANGES);

/** What a login that takes no licence slot is repeated after, twice. */
const REPEATED: ReadonlySet<string> = new Set(['a reset', 'an answer that is lost', '502', '503', '429']);

/** As long as a lost login of iiko keeps the bus from the next one. */
const PAUSE_MS = 16_000;

describe.each(LOGINS)('%s: a login', (kind, login) => {
  const { request } = READS[kind];

  async function begin(fault: object): Promise<OneSick> {
    const bus = await startOneSick(kind, { config: { timeoutMs: 30_000 } });
    // A login whose answer is lost takes one.
    if (kind === 'iiko') await bus.vendor.state({ slots: 2 });
    await bus.vendor.fault({ ...login, times: 0, ...fault });
    return bus;
  }

  const timesAsked = (what: string) => (kind !== 'iiko' && REPEATED.has(what) ? 3 : 1);

  async function recovers({ vendor, pass, ask }: OneSick, asked = 1): Promise<void> {
    await vendor.heal();
    await pass(PAUSE_MS);
    expect(await ask(request)).toMatchObject({ name: null });
    expect(await vendor.count(login)).toBe(asked + 1);
  }

  test.each(MISBEHAVIOURS)('is no more than repeated by a read, after %s', async (what, fault, name) => {
    const patient = await begin(fault);
    const answer = await patient.ask(request);
    const asked = timesAsked(what);
    expect({ name: answer.name, asked: await patient.vendor.total() }).toEqual({ name, asked });
    await recovers(patient, asked);
  });

  test.each(MISBEHAVIOURS)('sends nothing of a change after %s', async (what, fault, name) => {
    const plan = CHANGE_PLANS.find((candidate) => candidate.kind === kind);
    if (!plan) throw new Error('no change');
    const patient = await begin(fault);
    if (plan.before) await patient.vendor.state(plan.before);
    const headers = { 'operation.id': 'op-1' };
    const answer = await patient.ask(plan.request, headers);
    const asked = timesAsked(what);
    expect({ name: answer.name, asked: await patient.vendor.total() }).toEqual({ name, asked });

    // It surely was not done, so that the repeat is carried out.
    await patient.vendor.heal();
    await patient.pass(PAUSE_MS);
    expect(await patient.ask(plan.request, headers)).toMatchObject({ name: null });
    expect(await patient.vendor.count(plan.asked)).toBe(1);
    expect(plan.done(await patient.vendor.state(plan.state))).toBe(1);
  });

  test('that takes longer than the first requester waits serves the next one', async () => {
    const { ask, vendor, clock } = await begin({ delay_ms: 6000 });
    const impatient = ask(request, { timeout: '5000' });
    await vendor.asked(login);
    clock.advance(5000);
    expect(await impatient).toMatchObject({ name: 'VENDOR_TIMEOUT' });
    const next = ask(request);
    // One that takes no licence slot is given up with its requester.
    const logins = kind === 'iiko' ? 1 : 2;
    await vendor.asked(login, logins);
    clock.advance(6000);
    expect(await next).toMatchObject({ name: null });
    expect(await vendor.count(login)).toBe(logins);
  });

  test('that is never answered keeps to the deadline of whoever waits', async () => {
    const patient = await begin({ fault: 'hang' });
    const answers = [patient.ask(request), patient.ask(request, { timeout: '5000' })];
    await patient.vendor.asked(login);
    patient.clock.advance(5000);
    expect(await answers[1]).toMatchObject({ name: 'VENDOR_TIMEOUT' });
    patient.clock.advance(25_000);
    expect(await answers[0]).toMatchObject({ name: 'VENDOR_TIMEOUT' });
    await recovers(patient);
  });
});
