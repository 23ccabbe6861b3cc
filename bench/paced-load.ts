import type { Answer, AvqConnection, Request } from './avq-connection.ts';

export type Pace = {
  readonly perSecond: number;
  /** Asked in turns. */
  readonly requests: readonly Request[];
};

/** What became of the requests: how many by the failure's name, `ok` for answers; and how long they took. */
export type Outcomes = { readonly counts: Record<string, number>; readonly latenciesMs: number[] };

/** Enters an answer among the counts. */
export function count(counts: Outcomes['counts'], { type, data }: Answer): void {
  const name = type === 'send' ? 'ok' : (data.name ?? '');
  counts[name] = (counts[name] ?? 0) + 1;
}

/**
 * Requests at a fixed rate, whether or not the earlier ones have been answered. Latency counts from the moment when a
 * request was to be sent, so that a stall is felt by everything that it holds up.
 */
export class PacedLoad {
  readonly #connection: AvqConnection;
  readonly #pace: Pace;
  readonly #outcomes: Outcomes = { counts: {}, latenciesMs: [] };
  #isOver = false;

  constructor(connection: AvqConnection, pace: Pace) {
    this.#connection = connection;
    this.#pace = pace;
  }

  /** Begins after `afterMs`. Resolves when so many have been sent and answered, or after `stop`. */
  async run(count = Number.POSITIVE_INFINITY, afterMs = 0): Promise<Outcomes> {
    const { perSecond } = this.#pace;
    const begun = performance.now() + afterMs;
    const answers: Promise<void>[] = [];
    for (let sent = 0; sent < count && !this.#isOver; ) {
      const due = Math.floor(((performance.now() - begun) * perSecond) / 1000) + 1;
      for (; sent < Math.min(due, count); sent += 1) {
        const answer = this.#send(sent, begun + (sent * 1000) / perSecond);
        if (count !== Number.POSITIVE_INFINITY) answers.push(answer);
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await Promise.all(answers);
    return this.#outcomes;
  }

  stop(): Outcomes {
    this.#isOver = true;
    return this.#outcomes;
  }

  async #send(index: number, intendedAt: number): Promise<void> {
    const { requests } = this.#pace;
    const request = requests[index % requests.length];
    if (!request) throw new Error('there is nothing to ask');
    const answer = await this.#connection.request(request);
    if (this.#isOver) return;
    const { counts, latenciesMs } = this.#outcomes;
    count(counts, answer);
    latenciesMs.push(performance.now() - intendedAt);
  }
}
