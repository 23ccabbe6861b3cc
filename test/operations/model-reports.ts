import { Failure } from '#core/failure.ts';
import type { Job, JobContext, JobStep } from '#domain/job.ts';

export type Data = { readonly tag: string; readonly rows?: number };
export type Ordered = { readonly report: number };

const LOST = () => new Failure('VENDOR_OUTCOME_UNKNOWN', { description: 'ответ потерян' });

/** A vendor that makes reports. It counts what was really ordered, and says what it is told to. */
export class ModelReports {
  /** The tags that were ordered, in order; a report's number is its place. */
  readonly ordered: string[] = [];
  readonly cancelled: number[] = [];
  looks = 0;
  /** What the next orders and looks come to; afterwards all goes well. */
  orders: ('answered' | 'lost' | 'vanished' | Failure)[] = [];
  steps: (JobStep<unknown> | Error)[] = [];
  cancels: Failure[] = [];
  /** What a look tells when nothing else is to come. */
  last: JobStep<unknown> | ((ordered: Ordered, context: JobContext) => Promise<JobStep<unknown>>) = {
    result: { rows: 1 },
  };
  isDown = false;
  /** What became of an order cannot be read. */
  isSilent = false;
  /** Resolves before an order is answered. */
  pause: Promise<void> | undefined;

  async order(tag: string): Promise<Ordered> {
    await this.pause;
    const fate = this.isDown ? new Failure('VENDOR_UNAVAILABLE') : (this.orders.shift() ?? 'answered');
    if (fate instanceof Failure) throw fate;
    if (fate === 'vanished') throw LOST();
    this.ordered.push(tag);
    if (fate === 'lost') throw LOST();
    return { report: this.ordered.length };
  }

  readonly job: Job<Data, { tag: string; before: number }, Ordered> = {
    check({ tag }) {
      if (tag === 'wrong') throw new Failure('BUS_INVALID_DATA', { details: { errors: [] } });
    },
    order: {
      prepare: async ({ tag }) => ({ evidence: { tag, before: this.ordered.length } }),
      send: ({ tag }) => this.order(tag),
      settle: async ({ tag, before }) => {
        if (this.isDown || this.isSilent) throw new Failure('VENDOR_UNAVAILABLE');
        const at = this.ordered.indexOf(tag, before);
        return at < 0 ? 'not_done' : { answer: { report: at + 1 } };
      },
    },
    follow: async (ordered, context) => {
      this.looks += 1;
      if (this.isDown) throw new Failure('VENDOR_UNAVAILABLE');
      const step = this.steps.shift() ?? this.last;
      if (step instanceof Error) throw step;
      return typeof step === 'function' ? step(ordered, context) : step;
    },
    cancel: async ({ report }) => {
      const failure = this.cancels.shift();
      if (failure) throw failure;
      this.cancelled.push(report);
    },
  };
}

export const running = (progress: number | null, againInMs = 1000): JobStep<unknown> => ({
  state: 'running',
  progress,
  againInMs,
});
