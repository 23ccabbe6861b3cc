import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { isJsonObject } from '#core/json.ts';
import { Bench, type Told } from './bench.ts';

/** What may go wrong with the next call of the vendor that changes something, or at any moment. */
const TROUBLES = [
  'lost_answer',
  'reset',
  'truncate',
  'html',
  'in_progress',
  'expired_tokens',
  'rotated_uid',
] as const;
type Trouble = (typeof TROUBLES)[number];

type ChangeCommand = {
  readonly kind: 'open' | 'close';
  readonly trouble: Trouble | null;
  readonly times: number;
  readonly blind: number;
  readonly repeats: number;
  readonly restart: boolean;
};

type Command =
  | ChangeCommand
  | { readonly kind: 'x' | 'sell' | 'sell elsewhere' | 'restart' }
  | { readonly kind: 'late'; readonly action: 'open_shift' | 'close_shift' };

const change = (kind: 'open' | 'close') =>
  fc.record({
    kind: fc.constant(kind),
    trouble: fc.option(fc.constantFrom(...TROUBLES)),
    /** How many calls it hits. */
    times: fc.integer({ min: 1, max: 4 }),
    /** How many reads of the shift fail after that. */
    blind: fc.integer({ min: 0, max: 2 }),
    repeats: fc.integer({ min: 0, max: 2 }),
    restart: fc.boolean(),
  });

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: change('open') },
  { weight: 4, arbitrary: change('close') },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('x', 'sell', 'sell elsewhere', 'restart') }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('late' as const),
      action: fc.constantFrom('open_shift' as const, 'close_shift' as const),
    }),
  },
);

const CHANGING = { open: ['open_shift', '/shifts'], close: ['close_shift', '/shifts/*'] } as const;

/** What our clients were told, beside what the vendor knows. */
class Run {
  readonly #bench: Bench;
  /** Sales in the shift that is open, if one is. */
  #sales: number | null;
  #operations = 0;

  constructor(bench: Bench) {
    this.#bench = bench;
    this.#sales = 1;
  }

  async do(command: Command): Promise<void> {
    if ('trouble' in command) return this.#change(command);
    if (command.kind === 'restart') return this.#bench.restart();
    if (command.kind === 'x') return this.#readX();
    if (command.kind === 'sell') return this.#sell('sell');
    if (command.kind === 'sell elsewhere') return this.#sell('sell_elsewhere');
    if (command.kind === 'late') return this.#beLate(command.action);
  }

  async #change(command: ChangeCommand): Promise<void> {
    const [action, path] = CHANGING[command.kind];
    this.#operations += 1;
    const id = `operation ${this.#operations}`;
    const sales = this.#sales;
    await this.#trouble(command.trouble, path, command.times);
    if (command.blind > 0) {
      const reads = { method: 'GET', path: '/shifts/*', skip: 1, times: command.blind };
      await this.#bench.fault({ ...reads, fault: 'not_json' });
    }
    const answers: Told[] = [await this.#bench.change(action, { id })];
    if (command.restart) await this.#bench.restart();
    for (let repeat = 0; repeat < command.repeats; repeat += 1)
      answers.push(await this.#bench.change(action, { id }));
    await this.#calm();
    // Asked once more without any trouble, it always comes to an outcome.
    const last = await this.#bench.change(action, { id });
    this.#expectOneTruth(answers, last);
    await this.#judge(command.kind, await this.#withNewUid(action, id, last), sales);
  }

  /** A Uid that the vendor does not know is never replaced after a lost answer, but by another operation. */
  async #withNewUid(action: 'open_shift' | 'close_shift', id: string, last: Told): Promise<Told> {
    if (plain(last) !== 'VENDOR_REJECTED') return last;
    await this.#agree();
    return this.#bench.change(action, { id: `${id}, again` });
  }

  /** Once an outcome was told, it stays. */
  #expectOneTruth(answers: readonly Told[], last: Told): void {
    const told = answers.filter(
      (answer) => 'data' in answer || /^(AVQFR|VENDOR_REJECTED)/.test(answer.failure.name),
    );
    for (const answer of told) expect(plain(answer)).toEqual(plain(last));
  }

  async #judge(kind: 'open' | 'close', last: Told, sales: number | null): Promise<void> {
    const wasOpen = sales !== null;
    if (kind === 'open') {
      expect(plain(last)).toEqual(wasOpen ? 'AVQFR_SHIFT_IS_OPENED' : { result: 'Ok' });
      if (!wasOpen) this.#sales = 0;
    } else if (wasOpen) {
      const report = plain(last);
      expect(report).toMatchObject({ close_date: expect.any(String), uid: expect.any(String) });
      const counters = isJsonObject(report) ? report.counters : undefined;
      // A Z whose body is gone says nothing, and never something else.
      if (counters !== null)
        expect(report).toMatchObject({
          sales_count: sales,
          counters: [{ sales_sum: `${sales}00.00`.replace(/^000/, '0') }],
        });
      this.#sales = null;
    } else {
      expect(plain(last)).toBe('AVQFR_SHIFT_IS_CLOSED');
    }
    await this.#agree();
  }

  /** A request whose requester does not wait: whatever became of it is found out before anything else is sent. */
  async #beLate(action: 'open_shift' | 'close_shift'): Promise<void> {
    this.#operations += 1;
    const id = `operation ${this.#operations}`;
    await this.#bench.fault({
      method: 'POST',
      path: CHANGING[action === 'open_shift' ? 'open' : 'close'][1],
      delay_ms: 3000,
    });
    await this.#bench.change(action, { id, timeoutMs: 1000 });
    await this.#calm();
    const sales = this.#sales;
    await this.#judge(
      action === 'open_shift' ? 'open' : 'close',
      await this.#bench.change(action, { id }),
      sales,
    );
  }

  async #readX(): Promise<void> {
    const report = plain(await this.#bench.getXReport());
    if (this.#sales === null) expect(report).toBe('AVQFR_SHIFT_IS_CLOSED');
    else expect(report).toMatchObject({ sales_count: this.#sales, close_date: null });
  }

  async #sell(control: 'sell' | 'sell_elsewhere'): Promise<void> {
    if (this.#sales === null) return;
    await this.#bench.state({ [control]: { cash: '100.00' } });
    this.#sales += 1;
  }

  async #trouble(trouble: Trouble | null, path: string, times: number): Promise<void> {
    if (trouble === null) return;
    if (trouble === 'in_progress') await this.#bench.state({ in_progress: 2 });
    else if (trouble === 'expired_tokens') await this.#bench.state({ expire_tokens: true });
    else if (trouble === 'rotated_uid') await this.#bench.state({ rotate_uid: true });
    else await this.#bench.fault({ method: 'POST', path, times, fault: trouble });
  }

  async #calm(): Promise<void> {
    await this.#bench.calm();
    await this.#bench.state({ in_progress: false });
  }

  /** No shift has two Z reports, a closed one has exactly one, and at most the last one is open. */
  async #agree(): Promise<void> {
    const { shifts } = await this.#bench.state();
    for (const { open, z_reports: zReports } of shifts) expect(zReports).toBe(open ? 0 : 1);
    expect(shifts.filter(({ open }) => open)).toHaveLength(this.#sales === null ? 0 : 1);
  }
}

function plain(told: Told): unknown {
  return 'data' in told ? told.data : told.failure.name;
}

test('any sequence of changes, troubles and restarts closes every shift once and loses none', async () => {
  const endings: (() => unknown)[] = [];
  onTestFinished(async () => {
    for (const end of endings.reverse()) await end();
  });
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 8 }), async (commands) => {
      const bench = await Bench.start(25, (end) => endings.push(end as () => unknown));
      const run = new Run(bench);
      for (const command of commands) await run.do(command);
    }),
    { numRuns: 30 },
  );
}, 120_000);
