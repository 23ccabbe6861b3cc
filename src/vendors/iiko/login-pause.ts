import type { Clock } from '#core/clock.ts';
import { Failure, type FailureDetails, type FailureName } from '#core/failure.ts';
import { formatDateTime } from '#domain/time.ts';

const FIRST_PAUSE_MS = 15_000;
const LONGEST_PAUSE_MS = 300_000;

/** Faults after which nobody knows whether the login took the licence slot. */
const LOST = new Set(['reset', 'timeout', 'truncated', 'too_large']);

const LOST_REASON = 'ответ на вход в iiko потерян, подключение по лицензии может быть занято';
const REASONS = new Map([
  ['license_exhausted', 'в iiko нет свободного подключения по лицензии'],
  ['429', 'iiko ограничил частоту запросов'],
]);

/** Keeps us from asking for a licence slot again while there can be none. */
export type LoginPause = {
  /** Throws the failure that began the pause, as long as it lasts. */
  check(): void;
  /** What a login failed with, to be thrown; begins a pause, each twice as long as the last, if it calls for one. */
  after(caught: unknown): unknown;
  /** A login succeeded: the next pause is a short one again. */
  end(): void;
};

type Pause = {
  readonly name: FailureName;
  readonly details: FailureDetails;
  readonly sinceMs: number;
  readonly untilMs: number;
};

function callsForPause(failure: Failure): boolean {
  const { details } = failure;
  if (!details || !('code' in details)) return false;
  return failure.name === 'VENDOR_RATE_LIMITED' || LOST.has(details.code);
}

export function createLoginPause(clock: Clock, zone: string): LoginPause {
  let pause: Pause | undefined;
  let nextMs = FIRST_PAUSE_MS;

  function failureOf({ name, details, untilMs }: Pause): Failure {
    const time = formatDateTime(new Date(untilMs).toISOString(), zone);
    const reason = REASONS.get('code' in details ? details.code : '') ?? LOST_REASON;
    return new Failure(name, { details, description: `${reason}; следующая попытка не раньше ${time}` });
  }

  return {
    check() {
      const nowMs = clock.now();
      // A clock that was set back must not make it longer.
      if (pause && nowMs >= pause.sinceMs && nowMs < pause.untilMs) throw failureOf(pause);
    },

    after(caught) {
      if (!(caught instanceof Failure) || !caught.details || !callsForPause(caught)) return caught;
      pause = {
        name: caught.name as FailureName,
        details: caught.details,
        sinceMs: clock.now(),
        untilMs: clock.now() + nextMs,
      };
      nextMs = Math.min(nextMs * 2, LONGEST_PAUSE_MS);
      return failureOf(pause);
    },

    end() {
      pause = undefined;
      nextMs = FIRST_PAUSE_MS;
    },
  };
}
