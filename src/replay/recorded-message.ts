import type { Exchange } from '#core/call.ts';
import { isJsonObject, parseJson } from '#core/json.ts';
import type { Via } from './fixture.ts';
import { isDownload, unplayableFault } from './recorded-exchange.ts';

/** One message that the bus has answered, as the bus tells of it. */
export type AnsweredMessage = {
  /** The transport: `http`, `websocket`, `tcp`, or one that speaks another dialect. */
  readonly via: string;
  readonly client: string;
  /** When it came, milliseconds since the epoch. */
  readonly at: number;
  /** The Message and its answer as they went over the wire. */
  readonly request: string;
  readonly answer: string;
  /** Every call to a vendor that was made for it. */
  readonly exchanges: readonly Exchange[];
};

/** The same, read. */
export type RecordedMessage = {
  readonly via: Via;
  readonly at: number;
  readonly request: Record<string, unknown>;
  readonly answer: Record<string, unknown>;
  readonly exchanges: readonly Exchange[];
  readonly address: string;
  readonly action: string | undefined;
  readonly token: string | undefined;
  readonly account: string | undefined;
  /** The Job that an order has made, when it had ended; the exchanges are its own then, and the failure too. */
  readonly job?: Record<string, unknown>;
  /** The name of the failure, if it was answered with one. */
  readonly failure: string | undefined;
};

/** Headers that show who the client is, or tie the message to a trace of its own. */
const DROPPED_HEADERS = new Set(['authorization', 'traceparent']);

/** What depends on what went before, on the load or on the client. */
const PASSING = new Set([
  'BUS_OVERLOADED',
  'BUS_TIMEOUT',
  'BUS_ACCESS_DENIED',
  'BUS_NOT_AUTHENTICATED',
  'BUS_INTERNAL_ERROR',
  'BUS_OPERATION_CONFLICT',
  'BUS_JOB_NOT_FOUND',
]);

const UNPLAYABLE = /"code":"(breaker_open|no_such_host|certificate|too_large)"/;

function isVia(via: string): via is Via {
  return via === 'http' || via === 'websocket' || via === 'tcp';
}

function objectOf(text: string): Record<string, unknown> | undefined {
  try {
    const value = parseJson(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function textAt(value: unknown, key: string): string | undefined {
  const text = isJsonObject(value) ? value[key] : undefined;
  return typeof text === 'string' ? text : undefined;
}

/** The message without what is the client's own; undefined when it is no Message over one of our transports. */
export function readAnswered({ via, at, exchanges, ...texts }: AnsweredMessage): RecordedMessage | undefined {
  const request = objectOf(texts.request);
  const answer = objectOf(texts.answer);
  if (!isVia(via) || !request || !answer) return undefined;
  const headers = isJsonObject(request.headers) ? request.headers : undefined;
  const kept = Object.entries(headers ?? {}).filter(([name]) => !DROPPED_HEADERS.has(name.toLowerCase()));
  return {
    via,
    at,
    request: { ...request, ...(headers && { headers: Object.fromEntries(kept) }) },
    answer,
    exchanges,
    address: textAt(request, 'address') ?? '',
    action: textAt(headers, 'action'),
    token: textAt(headers, 'token'),
    account: textAt(headers, 'account'),
    failure: answer.type === 'error' ? (textAt(answer.data, 'name') ?? 'error') : undefined,
  };
}

/** Why a fixture could not show this message; undefined when it can. */
export function whyNotReplayable(message: RecordedMessage): string | undefined {
  const { address, action, failure, exchanges, answer, request } = message;
  const fault = exchanges.map(unplayableFault).find((found) => found !== undefined);
  const told = fault ?? UNPLAYABLE.exec(JSON.stringify([answer, message.job]))?.[1];
  if (told !== undefined) return `a fixture cannot show the fault ${told}`;
  if (exchanges.some(isDownload)) return 'a file that is downloaded is not kept';
  if (failure !== undefined && PASSING.has(failure)) return `${failure} depends on more than the message`;
  if (failure === 'BUS_RATE_LIMITED' && action !== 'authorize') return 'a limit depends on earlier messages';
  if (address === 'bus.jobs' || address === 'bus.status') return 'it tells of the process, not of a vendor';
  const isRepeatable = textAt(request.headers, 'operation.id') !== undefined && exchanges.length === 0;
  return isRepeatable ? 'it may have been answered from the journal of operations' : undefined;
}
