import { Failure } from '#core/failure.ts';
import { backOffMs } from './back-off.ts';

/** A vendor that does not accept the credentials time after time locks the account; once may be its trouble of this moment. */
const REFUSED_PAUSE_MS = 600_000;

/** What keeps a job from going on, time after time. */
export class JobTrouble {
  #failures = 0;
  /** The credentials were not accepted once since all went well. */
  #wasRefused = false;
  #last: Failure | undefined;

  /** What was met last, unless all went well since; one with details is not forgotten for one without. */
  get last(): Failure | undefined {
    return this.#last;
  }

  /** Notes what the vendor could not be asked for; returns how long to leave it alone (milliseconds). */
  add(caught: unknown): number {
    const failure = Failure.from(caught);
    if (failure.details !== undefined || this.#last?.details === undefined) this.#last = failure;
    const isRefusal = failure.name === 'VENDOR_AUTH_FAILED';
    const pauseMs = isRefusal && this.#wasRefused ? REFUSED_PAUSE_MS : backOffMs(this.#failures);
    this.#wasRefused ||= isRefusal;
    this.#failures += 1;
    return pauseMs;
  }

  clear(): void {
    this.#failures = 0;
    this.#wasRefused = false;
    this.#last = undefined;
  }

  /** How a job ends whose time is over. */
  overdue(): Failure {
    const late = 'отчёт не готов за отведённое заданию время (jobs.deadlineMs)';
    if (!this.#last) return new Failure('VENDOR_TIMEOUT', { description: late });
    const { name, description, details } = this.#last;
    return new Failure('VENDOR_TIMEOUT', {
      description: `${late}; последний сбой: ${name}, ${description}`,
      ...(details !== undefined && { details }),
    });
  }
}
