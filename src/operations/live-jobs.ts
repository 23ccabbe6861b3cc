import { Failure } from '#core/failure.ts';
import type { JobRun } from './job-run.ts';

/** The jobs that have not ended, and whose they are. */
export class LiveJobs {
  readonly #maxPerClient: number;
  readonly #runs = new Map<string, JobRun>();
  /** Places by client; a client without a job has none. */
  readonly #places = new Map<string, number>();

  constructor(maxPerClient: number) {
    this.#maxPerClient = maxPerClient;
  }

  get(id: string): JobRun | undefined {
    return this.#runs.get(id);
  }

  values(): Iterable<JobRun> {
    return this.#runs.values();
  }

  /** Takes a place for a further job of the client; false when it has as many as it may. */
  take(client: string): boolean {
    const taken = this.#places.get(client) ?? 0;
    if (taken >= this.#maxPerClient) return false;
    this.#places.set(client, taken + 1);
    return true;
  }

  /** The place was for nothing. */
  giveBack(client: string): void {
    const left = (this.#places.get(client) ?? 0) - 1;
    if (left > 0) this.#places.set(client, left);
    else this.#places.delete(client);
  }

  /** A place was taken for it; it is given back when the job has ended. */
  add(run: JobRun): void {
    const { id, client } = run.record;
    this.#runs.set(id, run);
    void run.ended.then(() => {
      this.#runs.delete(id);
      this.giveBack(client);
    });
  }

  /** The same for a job of an earlier process, which goes on however many there are. */
  addEarlier(run: JobRun): void {
    const { client } = run.record;
    this.#places.set(client, (this.#places.get(client) ?? 0) + 1);
    this.add(run);
  }

  /** What an order answers that finds no place. */
  refusal(): Failure {
    return new Failure('BUS_OVERLOADED', {
      description: `у клиента уже ${this.#maxPerClient} незаконченных заданий: дождитесь их или отмените лишние (bus.jobs)`,
    });
  }
}
