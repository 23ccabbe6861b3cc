import type { Clock, Timer } from '#core/clock.ts';
import type { JobRecord } from '#store/job-table.ts';

/** Between two events of one job (milliseconds). */
const PAUSE_MS = 1000;

type Pause = { timer: Timer; told: JobRecord; waiting: JobRecord | undefined };

/** Tells of changes of jobs: at once, but of each job at most once a second; the last change is always told. */
export class JobEvents {
  readonly #clock: Clock;
  readonly #publish: (record: JobRecord) => void;
  readonly #pauses = new Map<string, Pause>();

  constructor(clock: Clock, publish: (record: JobRecord) => void) {
    this.#clock = clock;
    this.#publish = publish;
  }

  announce(record: JobRecord): void {
    const pause = this.#pauses.get(record.id);
    if (pause) pause.waiting = record;
    else this.#tell(record);
  }

  /** What was told last, while it is being told and a little longer. */
  lastOf(id: string): JobRecord | undefined {
    return this.#pauses.get(id)?.told;
  }

  close(): void {
    for (const { timer } of this.#pauses.values()) timer.cancel();
    this.#pauses.clear();
  }

  #tell(record: JobRecord): void {
    const timer = this.#clock.setTimeout(() => this.#resume(record.id), PAUSE_MS);
    this.#pauses.set(record.id, { timer, told: record, waiting: undefined });
    this.#publish(record);
  }

  #resume(id: string): void {
    const waiting = this.#pauses.get(id)?.waiting;
    this.#pauses.delete(id);
    if (waiting) this.#tell(waiting);
  }
}
