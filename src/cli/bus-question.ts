import { parseJson } from '#core/json.ts';
import { unreachable } from './bus-url.ts';
import { CommandError } from './command-error.ts';
import { exchange } from './message-exchange.ts';

/** What the bus is asked. */
export type Question = {
  readonly address: string;
  readonly data: unknown;
  readonly headers: Readonly<Record<string, string>>;
};

/** An answer of the bus: `send` or `error`, and its `data`. */
export type Answer = { readonly text: string; readonly type: string; readonly data: unknown };

export type HeaderOptions = {
  readonly token?: string;
  readonly account?: string;
  /** Each `name=value`. */
  readonly header?: readonly string[];
  readonly timeout?: number;
  readonly secret?: string;
};

/** Where the answer goes; the bus repeats it. */
const REPLY_ADDRESS = 'avq-bus.cli';

/** The longest the bus takes on its own when no time-out is given (milliseconds). */
const DEFAULT_TIMEOUT_MS = 120_000;

/** How much later the bus may answer than it promised before it counts as gone (milliseconds). */
const GRACE_MS = 10_000;

/** How long the bus may take to answer (milliseconds). */
export function timeoutOf({ headers }: Question): number {
  return Number(headers.timeout) || DEFAULT_TIMEOUT_MS;
}

/**
 * Asks the bus once; `onSent` is called when somebody is there to get the question. Throws a `CommandError` when nothing
 * comes back, or something that is no Message.
 */
export async function askBus(url: URL, question: Question, onSent?: () => void): Promise<Answer> {
  const { address, data, headers } = question;
  const message = { type: 'send', address, reply_address: REPLY_ADDRESS, data, headers };
  const text = await exchange(url, JSON.stringify(message), timeoutOf(question) + GRACE_MS, onSent);
  return { text, ...readAnswer(text, url) };
}

/** An answer as the bus would have given it. */
export function answerWith(type: 'send' | 'error', data: unknown): Answer {
  const text = JSON.stringify({ type, address: REPLY_ADDRESS, reply_address: null, data, headers: null });
  return { text, type, data };
}

/** The headers that the options stand for; those given by name go before all others. */
export function headersOf(action: string, options: HeaderOptions): Record<string, string> {
  const { token, account, timeout, secret } = options;
  return {
    action,
    ...(token !== undefined && { token }),
    ...(account !== undefined && { account }),
    ...(timeout !== undefined && { timeout: String(timeout) }),
    ...(secret && { authorization: bearer(secret) }),
    ...Object.fromEntries((options.header ?? []).map(parseHeader)),
  };
}

/** How a client's secret is shown. */
export function bearer(secret: string): string {
  return `Bearer ${secret}`;
}

/** No header of a Message is named otherwise: what looks like one of HTTP (`Name: value`) may end in a `=` of its value. */
const HEADER_NAME = /^[^\s:]+$/;

function parseHeader(text: string): [string, string] {
  const at = text.indexOf('=');
  const name = text.slice(0, Math.max(at, 0));
  // What was given may hold a secret all the same.
  if (!HEADER_NAME.test(name)) {
    throw new CommandError('usage', '--header: expected name=value, the name without spaces and colons');
  }
  // In any spelling it goes before the one that `--secret` makes.
  return [/^authorization$/i.test(name) ? 'authorization' : name, text.slice(at + 1)];
}

function readAnswer(text: string, url: URL): Pick<Answer, 'type' | 'data'> {
  try {
    const { type, data } = parseJson(text) as Record<string, unknown>;
    if (type === 'send' || type === 'error') return { type, data };
  } catch {
    // Told below, as any other answer that is no Message.
  }
  throw unreachable(url, 'what answers there is no avq-bus');
}
