import type { Exchange } from '#core/call.ts';
import type { Log } from '#core/log.ts';
import { withoutFileFacts } from './file-facts.ts';
import type { Fixture, FixtureExchange } from './fixture.ts';
import { withoutRandomValues } from './random-values.ts';
import { configuredDevice, kindOf, recordedConfig } from './recorded-config.ts';
import { toFixtureExchange } from './recorded-exchange.ts';
import { createRecordedFiles } from './recorded-files.ts';
import {
  asksForAnothersOrder,
  type FollowedJob,
  jobIdOf,
  ORDERED_BEFORE,
  whyNotPlayable,
  withJob,
} from './recorded-job.ts';
import {
  type AnsweredMessage,
  type RecordedMessage,
  readAnswered,
  whyNotReplayable,
} from './recorded-message.ts';
import { recordedSteps } from './recorded-steps.ts';
import { createRecordingMemory, handedOutTokens } from './recording-memory.ts';
import { scrubFixture } from './scrubbed-fixture.ts';

export type RecorderOptions = {
  /** Where the fixtures go, a folder a vendor kind beneath it. */
  readonly directory: string;
  /** The whole configuration as it is now, in the file's form. */
  readonly config: () => unknown;
  /** The same where the file says nothing. */
  readonly defaults: unknown;
  /** Every secret that is configured, or was before a reload. */
  readonly secrets: () => readonly string[];
  /** Milliseconds since the epoch, by the clock that the bus goes by. */
  readonly now: () => number;
  readonly log: Log;
};

/** Writes a fixture for every message that the bus answers, at once; for the order of a job when that has ended. */
export type Recorder = {
  /** Never throws: what cannot be recorded is logged, and the traffic goes on. */
  onAnswered(answered: AnsweredMessage): void;
  /** The same, after the order was answered; once for every order. */
  onJobEnded(job: FollowedJob): void;
};

function optional(exchange: Exchange): FixtureExchange {
  return { ...toFixtureExchange(exchange), optional: true };
}

/** Not by the token of its session, which may have been another one by then. */
function optionalRead(exchange: Exchange): FixtureExchange {
  const { request, ...rest } = optional(exchange);
  const { headers: _, ...withoutHeaders } = request;
  return { ...rest, request: withoutHeaders };
}

/** What was refused without asking any vendor was not answered from memory either. */
function mayRemember({ address, failure, exchanges }: RecordedMessage): boolean {
  return address !== 'ik.service.token.authority' && (failure === undefined || exchanges.length > 0);
}

/** The kind that the message reached or was meant for; `bus` when it is nobody's, or several kinds'. */
function folderOf(message: RecordedMessage, config: unknown): string {
  const device = configuredDevice(config, message.token);
  const called = message.exchanges.map(({ account }) => kindOf(config, account));
  const kinds = new Set(
    device
      ? [kindOf(config, device.vendor)]
      : [...called, kindOf(config, message.account)].filter((kind) => kind),
  );
  const [only] = kinds;
  return kinds.size === 1 && only !== undefined ? only : 'bus';
}

function safely(log: Log, work: () => void): void {
  try {
    work();
  } catch (error) {
    // The error's text may quote the message.
    log.error(
      { kind: error instanceof Error ? error.name : typeof error },
      'a message could not be recorded',
    );
  }
}

export function createRecorder(options: RecorderOptions): Recorder {
  const { directory, config, defaults, secrets, now, log } = options;
  const memory = createRecordingMemory();
  const files = createRecordedFiles(directory);
  /** Orders whose jobs have not ended, by the job's id. */
  const orders = new Map<string, RecordedMessage>();

  function toFixture(message: RecordedMessage, folder: string, tookMs: number): Fixture {
    const all = config();
    const recorded = recordedConfig(all, defaults, message);
    const accounts = Object.keys(recorded.vendors ?? {});
    const own = message.exchanges;
    const reads = mayRemember(message) ? memory.readsFor(accounts, message.token, own) : [];
    const logins = memory.loginsFor(own.length > 0 ? own : reads);
    // A fixture with calls to an account that it does not configure could not be played at all.
    const exchanges = [
      ...logins.map(optional),
      ...own.map(toFixtureExchange),
      ...reads.map(optionalRead),
    ].filter(({ vendor }) => accounts.includes(vendor));
    return {
      name: `${folder}: ${message.action ?? String(message.request.type ?? 'send')}, ${message.failure ?? 'success'}`,
      config: recorded,
      now: new Date(message.at).toISOString(),
      ...(exchanges.length > 0 && { exchanges }),
      messages: recordedSteps(message, all, tookMs),
    };
  }

  function write(message: RecordedMessage): void {
    const { address, action, failure } = message;
    const folder = folderOf(message, config());
    const tokens = [...memory.tokens(), ...message.exchanges.flatMap(handedOutTokens)];
    const whole = toFixture(message, folder, now() - message.at);
    const { fixture, isClean } = scrubFixture(whole, secrets(), tokens);
    if (!isClean) {
      log.error({ address, action }, 'a secret would have stayed in a recording, it was not written');
      return;
    }
    const base = `${action ?? String(message.request.type ?? 'send')}-${failure ?? 'success'}`;
    const path = files.write(folder, base, withoutRandomValues(withoutFileFacts(fixture, whole)));
    if (path !== undefined) log.info({ address, action, path }, 'a message was recorded');
  }

  function record(answered: AnsweredMessage): void {
    const message = readAnswered(answered);
    if (!message) return;
    const jobId = message.address === 'bus.jobs' ? undefined : jobIdOf(message);
    if (jobId === undefined) return conclude(message, whyNotReplayable(message));
    if (!orders.has(jobId)) orders.set(jobId, message);
    else conclude(message, ORDERED_BEFORE);
  }

  function recordJob(followed: FollowedJob): void {
    const order = orders.get(followed.view.job_id);
    if (!order) return;
    orders.delete(followed.view.job_id);
    const message = withJob(order, followed);
    conclude(message, whyNotPlayable(followed) ?? whyNotReplayable(message));
  }

  /** Looked at last: did it follow what somebody else has ordered? That one's conversation is the whole of it. */
  function joins(message: RecordedMessage): boolean {
    const { exchanges } = message;
    return asksForAnothersOrder(message, [config(), ...memory.loginsFor(exchanges)]);
  }

  function conclude(message: RecordedMessage, known: string | undefined): void {
    const reason = known ?? (joins(message) ? ORDERED_BEFORE : undefined);
    if (reason === undefined) write(message);
    else log.info({ address: message.address, action: message.action, reason }, 'a message was not recorded');
    memory.remember(message.token, message.exchanges);
  }

  return {
    onAnswered: (answered) => safely(log, () => record(answered)),
    onJobEnded: (job) => safely(log, () => recordJob(job)),
  };
}
