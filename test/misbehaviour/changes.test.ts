import { describe, expect, test } from 'vitest';
import { type OneSick, startOneSick } from './sick-bus.ts';
import { CHANGES, type ChangePlan } from './vendor-kinds.ts';

type PlanName = keyof typeof CHANGES;

/** What came of a change: how it was answered, how often it was sent and how often done. */
type Outcome = { readonly name: string | null; readonly sent: number; readonly done: number };

const HEADERS = { 'operation.id': 'op-1' };

/** Longer than a vendor may still be at a change whose answer was lost. */
const SETTLED_MS = 124_000;

const DONE: Outcome = { name: null, sent: 1, done: 1 };
const UNKNOWN: Outcome = { name: 'VENDOR_OUTCOME_UNKNOWN', sent: 1, done: 0 };
const SURELY_NOT_DONE: Outcome = { name: 'VENDOR_UNAVAILABLE', sent: 1, done: 0 };

/** What the request that carries the change out is answered with as long as the vendor is sick. */
const MISBEHAVIOURS: readonly (readonly [what: string, fault: object, outcome: Outcome])[] = [
  ['a reset', { fault: 'reset' }, UNKNOWN],
  ['an answer that is lost', { fault: 'lost_answer' }, DONE],
  ['half a body', { fault: 'truncate' }, DONE],
  ['a body that trickles', { fault: 'trickle' }, DONE],
  ['HTML', { fault: 'html' }, SURELY_NOT_DONE],
  ['broken JSON', { fault: 'not_json' }, SURELY_NOT_DONE],
  ['nothing at all', { status: 200 }, SURELY_NOT_DONE],
  ['JSON of another shape', { body: { unexpected: true } }, SURELY_NOT_DONE],
  ['a redirect', { status: 302, headers: { location: '/elsewhere' } }, SURELY_NOT_DONE],
  ['500', { status: 500 }, SURELY_NOT_DONE],
  ['502', { status: 502, text: '<html>bad gateway</html>' }, UNKNOWN],
  ['503', { status: 503 }, UNKNOWN],
  ['504', { status: 504 }, UNKNOWN],
  ['a huge header', { status: 200, headers: { 'x-huge': 'x'.repeat(20_000) } }, UNKNOWN],
  ['429', { retry_after: 1 }, { name: 'VENDOR_RATE_LIMITED', sent: 1, done: 0 }],
];

/** Kassa24 carries a Uid out once, so that a Z is sent again with its own, three times at most. */
const Z: Readonly<Record<string, Outcome>> = {
  'a reset': { ...UNKNOWN, sent: 3 },
  // Two more ask for the report of the shift that is seen to be closed.
  'an answer that is lost': { name: 'VENDOR_OUTCOME_UNKNOWN', sent: 5, done: 1 },
  'half a body': { ...DONE, sent: 4 },
  'a body that trickles': { name: 'VENDOR_OUTCOME_UNKNOWN', sent: 2, done: 1 },
  HTML: { ...SURELY_NOT_DONE, sent: 3 },
  'broken JSON': { ...SURELY_NOT_DONE, sent: 3 },
  'nothing at all': { ...SURELY_NOT_DONE, sent: 3 },
  'a redirect': { ...SURELY_NOT_DONE, sent: 3 },
  500: { ...SURELY_NOT_DONE, sent: 3 },
  502: { ...UNKNOWN, sent: 3 },
  503: { ...UNKNOWN, sent: 3 },
  504: { ...UNKNOWN, sent: 3 },
  'a huge header': { ...UNKNOWN, sent: 3 },
};

async function begin(plan: ChangePlan): Promise<OneSick> {
  const bus = await startOneSick(plan.kind);
  if (plan.before) await bus.vendor.state(plan.before);
  return bus;
}

/** Asks for the change, always as the same operation. */
async function change({ ask, vendor }: OneSick, plan: ChangePlan): Promise<Outcome> {
  const { name } = await ask(plan.request, HEADERS);
  const done = plan.done(await vendor.state(plan.state));
  return { name, sent: await vendor.count(plan.asked), done };
}

const plans = Object.entries(CHANGES) as unknown as readonly (readonly [PlanName, ChangePlan])[];

describe.each(plans)('%s', (planName, plan) => {
  test.each(MISBEHAVIOURS)('is done once, whatever is said, after %s', async (what, fault, usual) => {
    const expected = (planName === 'kassa24 close_shift' && Z[what]) || usual;
    const patient = await begin(plan);
    await patient.vendor.fault({ ...plan.asked, times: 0, ...fault });
    expect(await change(patient, plan)).toEqual(expected);

    await patient.vendor.heal();
    await patient.pass(SETTLED_MS);
    const again = await change(patient, plan);
    expect({ name: again.name, done: again.done }).toEqual({ name: null, done: 1 });
    // What was done is never sent again; what was surely not done, once.
    const isDone = expected.done === 1 && planName !== 'kassa24 close_shift';
    if (planName !== 'kassa24 close_shift')
      expect(again.sent).toBe(isDone ? expected.sent : expected.sent + 1);
    const uids = (await patient.vendor.requests()).flatMap(({ path, headers }) =>
      path.endsWith('/z') ? [headers.uid] : [],
    );
    expect(new Set(uids).size).toBeLessThanOrEqual(1);
  });
});
