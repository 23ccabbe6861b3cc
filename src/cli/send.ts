import { readFileSync, writeFileSync } from 'node:fs';
import { isJsonObject, parseJson } from '#core/json.ts';
import { parseBusUrl, reasonOf, unreachable } from './bus-url.ts';
import { CommandError, EXIT } from './command-error.ts';
import { hintFor } from './hints.ts';
import { exchange } from './message-exchange.ts';
import { print, tell } from './output.ts';

export type SendOptions = {
  readonly token?: string;
  readonly account?: string;
  /** Each `name=value`. */
  readonly header?: readonly string[];
  readonly data?: string;
  readonly url: string;
  readonly secret?: string;
  readonly timeout?: number;
  readonly wait?: boolean;
  readonly out?: string;
  readonly json?: boolean;
};

/** Where the answer goes; the bus repeats it. */
const REPLY_ADDRESS = 'avq-bus.cli';

/** The longest the bus takes on its own when no time-out is given (milliseconds). */
const DEFAULT_TIMEOUT_MS = 120_000;

/** How much later the bus may answer than it promised before it counts as gone (milliseconds). */
const GRACE_MS = 10_000;

/** Sends one message and shows the answer: 0 for an answer, 1 for a failure. */
export async function send(address: string, action: string, options: SendOptions): Promise<number> {
  const url = parseBusUrl(options.url);
  const message = {
    type: 'send',
    address,
    reply_address: REPLY_ADDRESS,
    data: options.data === undefined ? null : readData(options.data),
    headers: headersOf(action, options),
  };
  const limitMs = (options.timeout ?? DEFAULT_TIMEOUT_MS) + GRACE_MS;
  const text = await exchange(url, JSON.stringify(message), limitMs);
  const { type, data } = readAnswer(text, url);
  const isFailure = type === 'error';
  if (options.json) print(text);
  else if (isFailure) tellFailure(data);
  if (isFailure) return EXIT.failed;
  if (options.out !== undefined) writeData(options.out, data);
  else if (!options.json) print(pretty(data));
  return 0;
}

function headersOf(action: string, options: SendOptions): Record<string, string> {
  const { token, account, timeout, wait, secret } = options;
  return {
    action,
    ...(token !== undefined && { token }),
    ...(account !== undefined && { account }),
    ...(timeout !== undefined && { timeout: String(timeout) }),
    ...(wait && { wait: 'true' }),
    ...(secret && { authorization: `Bearer ${secret}` }),
    ...Object.fromEntries((options.header ?? []).map(parseHeader)),
  };
}

function parseHeader(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new CommandError('usage', `--header ${text}: expected name=value`);
  return [text.slice(0, at), text.slice(at + 1)];
}

function readData(given: string): unknown {
  const text =
    given === '-' ? readSource(0, 'stdin') : given.startsWith('@') ? readSource(given.slice(1)) : given;
  try {
    return parseJson(text);
  } catch (error) {
    throw new CommandError('usage', `--data ${given}: this is not JSON (${reasonOf(error)})`);
  }
}

function readSource(file: string | 0, name = String(file)): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandError('usage', `--data: ${name} cannot be read (${reasonOf(error)})`);
  }
}

function readAnswer(text: string, url: URL): Record<string, unknown> {
  try {
    const answer = parseJson(text);
    if (isJsonObject(answer) && (answer.type === 'send' || answer.type === 'error')) return answer;
  } catch {
    // Told below, as any other answer that is no Message.
  }
  throw unreachable(url, 'what answers there is no avq-bus');
}

function writeData(file: string, data: unknown): void {
  try {
    writeFileSync(file, `${pretty(data)}\n`);
  } catch (error) {
    throw new CommandError('usage', `--out ${file}: cannot be written (${reasonOf(error)})`);
  }
}

function tellFailure(data: unknown): void {
  const { name, description, details } = isJsonObject(data) ? data : {};
  tell(`${name}: ${description}`);
  if (details !== undefined) tell(pretty(details));
  const hint = hintFor(String(name));
  if (hint !== undefined) tell(`hint: ${hint}`);
}

function pretty(value: unknown): string {
  return JSON.stringify(value ?? null, null, 2);
}
