import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../store/temporary-folder.ts';
import { type Fate, type Kind, ModelRegister, shiftChange } from './model-register.ts';
import { Restartable, rest, type Told } from './restartable.ts';

/** Two operations that open and two that close, asked for again and again. */
const IDS = ['open-1', 'close-1', 'open-2', 'close-2'];

const FATES: Fate[] = ['answered', 'lost', 'unreadable', 'vanished', 'late', 'unavailable'];

/** How long a vendor may be at a change, and a little longer. */
const LATE_MS = 5000;
const GRACE_MS = 6000;

const id = fc.constantFrom(...IDS);
const fates = fc.array(fc.constantFrom(...FATES), { maxLength: 2 });

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('ask' as const), id, fates }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('ask together' as const), id, other: id, fates }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('give up' as const), id, fates, turns: fc.nat(12) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('kill' as const), id, fates, turns: fc.nat(12) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('contradict' as const), id }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('go down' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('come up' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(100_000) }) },
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const OUTCOMES = /^AVQFR_SHIFT_/;
const NOT_DONE = ['VENDOR_UNAVAILABLE', 'BUS_TIMEOUT', 'BUS_OVERLOADED', 'BUS_OPERATION_CONFLICT'];

const kindOf = (name: string): Kind => (name.startsWith('open') ? 'open' : 'close');

/** What clients were told, and whether all of it can be true. */
class Witness {
  readonly #register: ModelRegister;
  readonly #outcomes = new Map<string, Told>();

  constructor(register: ModelRegister) {
    this.#register = register;
  }

  times(name: string): number {
    return this.#register.done.filter((tag) => tag === name).length;
  }

  hear(name: string, told: Told): void {
    expect(this.times(name)).toBeLessThanOrEqual(1);
    const outcome = this.#outcomes.get(name);
    // Whoever leaves at once is told nothing else.
    if (outcome && !('failure' in told && told.failure === 'BUS_TIMEOUT')) expect(told).toEqual(outcome);
    if ('data' in told) expect(this.times(name)).toBe(1);
    else if (OUTCOMES.test(told.failure)) expect(this.times(name)).toBe(0);
    else expect([...NOT_DONE, 'VENDOR_OUTCOME_UNKNOWN', 'BUS_INTERNAL_ERROR']).toContain(told.failure);
    if ('data' in told || OUTCOMES.test(told.failure)) this.#outcomes.set(name, told);
    else if (!outcome && NOT_DONE.includes(told.failure)) expect(this.times(name)).toBe(0);
  }
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await setImmediate();
}

/** Time goes on while it waits. */
async function patiently(bus: Restartable, asking: Promise<Told>): Promise<Told> {
  let isOver = false;
  void asking.finally(() => {
    isOver = true;
  });
  for (let turn = 1; !isOver; turn += 1) {
    await setImmediate();
    if (turn % 100 === 0) bus.clock.advance(1000);
  }
  return asking;
}

/** What nobody asks for again is settled all the same: lets the time pass that this may take. */
async function settledInBackground(bus: Restartable): Promise<void> {
  for (let minute = 0; minute < 10; minute += 1) {
    if ((await bus.store?.operations.readHalfWay())?.length === 0) return;
    bus.clock.advance(60_000);
    await rest();
  }
}

/** What comes late is done if it can be done then. */
function beLate(register: ModelRegister, bus: Restartable): void {
  register.onLate = (land) =>
    void bus.clock.setTimeout(() => {
      try {
        land();
      } catch {
        // Refused, and nobody hears of it.
      }
    }, LATE_MS);
}

async function perform(
  wanted: Step,
  bus: Restartable,
  register: ModelRegister,
  witness: Witness,
): Promise<void> {
  const ask = (name: string, signal = new AbortController().signal) =>
    patiently(bus, bus.ask({ id: name, action: kindOf(name), signal }));
  if ('fates' in wanted) register.fates = [...wanted.fates];
  switch (wanted.do) {
    case 'ask':
      return witness.hear(wanted.id, await ask(wanted.id));
    case 'ask together': {
      const names = [wanted.id, wanted.other, wanted.id];
      const told = await Promise.all(names.map((name) => ask(name)));
      for (const [index, name] of names.entries()) witness.hear(name, told[index] as Told);
      return;
    }
    case 'give up': {
      const controller = new AbortController();
      const asking = ask(wanted.id, controller.signal);
      await turns(wanted.turns);
      controller.abort();
      return witness.hear(wanted.id, await asking);
    }
    case 'kill': {
      const asking = ask(wanted.id);
      await turns(wanted.turns);
      await bus.kill();
      // Nobody hears what a dead process would have said.
      await asking;
      return void (await bus.start());
    }
    case 'contradict': {
      const tag = `not ${wanted.id}`;
      const told = await patiently(bus, bus.ask({ id: wanted.id, action: kindOf(wanted.id), data: { tag } }));
      return witness.hear(tag, told);
    }
    case 'go down':
      register.isDown = true;
      return;
    case 'come up':
      register.isDown = false;
      return;
    case 'wait':
      bus.clock.advance(wanted.ms);
      await rest();
  }
}

test('never does anything twice, never loses anything, and tells everybody the one truth', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), async (steps) => {
      const register = new ModelRegister();
      const changeOf = ({ action }: { action: string }) => shiftChange(register, action as Kind);
      const bus = new Restartable(temporaryFolder(), changeOf, { settleAfterMs: () => GRACE_MS });
      await bus.start();
      beLate(register, bus);
      const witness = new Witness(register);
      try {
        for (const one of steps) await perform(one, bus, register, witness);
        register.isDown = false;
        register.fates = [];
        await bus.restart();
        for (const name of IDS) {
          const told = await patiently(bus, bus.ask({ id: name, action: kindOf(name) }));
          witness.hear(name, told);
          expect('data' in told).toBe(witness.times(name) === 1);
        }
        expect(new Set(register.done).size).toBe(register.done.length);
        await settledInBackground(bus);
        expect(await bus.store?.operations.readHalfWay()).toEqual([]);
      } finally {
        await bus.kill();
      }
    }),
    { numRuns: 60 },
  );
}, 60_000);
