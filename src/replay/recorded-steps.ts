import { isJsonObject } from '#core/json.ts';
import type { Step } from './fixture.ts';
import { readablePattern } from './readable-pattern.ts';
import { configuredDevice } from './recorded-config.ts';
import { jobSteps } from './recorded-job.ts';
import type { RecordedMessage } from './recorded-message.ts';

/** Longer than this, a replay jumps instead of waiting. */
const PATIENCE_MS = 1000;

/** Wrong PINs in a row that the bus lets pass before it makes the client wait. */
const WRONG_PINS = 5;

const AUTHORITY = 'ik.service.token.authority';

function authorize(token: string | undefined, pin: unknown, answer: { type: string; data: unknown }): Step {
  const address = 'before';
  return {
    send: {
      type: 'send',
      address: AUTHORITY,
      reply_address: address,
      data: { pin },
      headers: { action: 'authorize', token },
    },
    expect: { ...answer, address, reply_address: null, headers: null },
  };
}

/** What must have been said before, for an answer about a PIN session to come out the same. */
function stepsBefore(message: RecordedMessage, config: unknown): Step[] {
  const { token, action, address, failure } = message;
  const pin = configuredDevice(config, token)?.pin;
  if (pin === undefined) return [];
  const isAuthorized =
    failure === 'AVQFR_SESSION_ALREADY_AUTHORIZED' ||
    (address === AUTHORITY && action === 'logout' && failure === undefined);
  if (isAuthorized) return [authorize(token, pin, { type: 'send', data: { result: 'Ok' } })];
  if (failure !== 'BUS_RATE_LIMITED') return [];
  const wrong = authorize(token, 'wrong', { type: 'error', data: { $any: true } });
  return Array.from({ length: WRONG_PINS }, () => wrong);
}

/** The network's own word behind a fault (`ECONNRESET`) may be another one in a replay. */
function withoutNetworkWords(value: unknown, key = ''): unknown {
  if (typeof value === 'string') {
    const [, said] = (key === 'message' ? /^(.*) \([A-Z][A-Z0-9_]+\)$/s.exec(value) : null) ?? [];
    return said === undefined ? value : { $regex: `^${readablePattern(said)}` };
  }
  if (Array.isArray(value)) return value.map((item) => withoutNetworkWords(item));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, child]) => [name, withoutNetworkWords(child, name)]),
  );
}

/** More than the bus reads of a text in a refusal. */
const MAX_WHOLE_CHARACTERS = 2000;

/** A text cut short may end amid a secret, which nobody can tell then, and its stand-in is of another length. */
function withoutCutTexts(value: unknown, isFailure: boolean): unknown {
  if (typeof value === 'string') {
    const isCut = value.endsWith('…') || (isFailure && value.length >= MAX_WHOLE_CHARACTERS);
    return isCut ? { $any: true } : value;
  }
  if (Array.isArray(value)) return value.map((item) => withoutCutTexts(item, isFailure));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, child]) => [name, withoutCutTexts(child, isFailure)]),
  );
}

function expectedAnswer({ answer, failure, exchanges }: RecordedMessage): unknown {
  const { data } = answer;
  if (failure === 'BUS_RATE_LIMITED' && isJsonObject(data)) {
    return { ...answer, data: { ...data, description: { $any: true } } };
  }
  return exchanges.some(({ outcome }) => 'fault' in outcome) ? withoutNetworkWords(answer) : answer;
}

/** The message and its answer as steps; what took long is jumped over. */
export function recordedSteps(message: RecordedMessage, config: unknown, tookMs: number): Step[] {
  const { job, failure } = message;
  if (job) {
    const ended = withoutNetworkWords(withoutCutTexts(job, failure !== undefined));
    return [...stepsBefore(message, config), ...jobSteps(message, ended, tookMs)];
  }
  const expect = withoutCutTexts(expectedAnswer(message), failure !== undefined);
  const via = message.via === 'websocket' ? {} : { via: message.via };
  const before = stepsBefore(message, config);
  if (tookMs <= PATIENCE_MS) return [...before, { send: message.request, expect, ...via }];
  const advance_ms = Math.ceil(tookMs / PATIENCE_MS) * PATIENCE_MS;
  return [...before, { send: message.request, ...via }, { advance_ms }, { expect, ...via }];
}
