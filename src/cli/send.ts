import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { isJsonObject, parseJson } from '#core/json.ts';
import { parseBusUrl, reasonOf, unreachable } from './bus-url.ts';
import { CommandError, EXIT } from './command-error.ts';
import { downloadFile, offeredFile } from './file-download.ts';
import { hintFor } from './hints.ts';
import { type Answer, waitForJob } from './job-waiting.ts';
import { exchange } from './message-exchange.ts';
import { requireOutFile } from './out-file.ts';
import { print, tell } from './output.ts';
import { ProgressBar } from './progress-bar.ts';

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

/** The shortest that may be asked for. */
const MIN_TIMEOUT_MS = 100;

/** How much later the bus may answer than it promised before it counts as gone (milliseconds). */
const GRACE_MS = 10_000;

/** Sends one message and shows the answer: 0 for an answer, 1 for a failure. */
export async function send(address: string, action: string, options: SendOptions): Promise<number> {
  const url = parseBusUrl(options.url);
  const data = options.data === undefined ? null : readData(options.data);
  if (options.out !== undefined) requireOutFile(options.out);
  const { wait = false } = options;
  const isShown = wait && process.stderr.isTTY && !options.json;
  const answer = isShown
    ? await showWaiting(url, { address, action, data }, options)
    : await ask(url, { address, data, headers: headersOf(action, options, wait) }, options.timeout);
  if (options.json) print(answer.text);
  else if (answer.type === 'error') tellFailure(answer.data);
  if (answer.type === 'error') return EXIT.failed;
  await keep(url, answer.data, options);
  return 0;
}

type Question = {
  readonly address: string;
  readonly data: unknown;
  readonly headers: Record<string, string>;
};

async function ask(url: URL, question: Question, timeoutMs = DEFAULT_TIMEOUT_MS): Promise<Answer> {
  const { address, data, headers } = question;
  const message = { type: 'send', address, reply_address: REPLY_ADDRESS, data, headers };
  const text = await exchange(url, JSON.stringify(message), timeoutMs + GRACE_MS);
  return { text, ...readAnswer(text, url) };
}

/** Shows how far the job is. All messages are of one operation, which is ordered once. */
function showWaiting(
  url: URL,
  { address, action, data }: { readonly address: string; readonly action: string; readonly data: unknown },
  options: SendOptions,
): Promise<Answer> {
  const operation = { 'operation.id': randomUUID() };
  const limitMs = options.timeout ?? DEFAULT_TIMEOUT_MS;
  const beganAt = performance.now();
  const leftMs = () => Math.max(MIN_TIMEOUT_MS, Math.ceil(beganAt + limitMs - performance.now()));
  const { secret } = options;
  return waitForJob({
    limitMs,
    order: (wait) => {
      const headers = { ...operation, ...headersOf(action, options, wait) };
      return ask(url, { address, data, headers: { ...headers, timeout: String(leftMs()) } }, leftMs());
    },
    ask: (jobId, timeoutMs) => {
      const headers = headersOf('wait_job', {
        url: options.url,
        timeout: timeoutMs,
        ...(secret && { secret }),
      });
      return ask(url, { address: 'bus.jobs', data: { job_id: jobId }, headers }, timeoutMs);
    },
    bar: new ProgressBar(process.stderr),
    now: () => performance.now(),
  });
}

/** With `--out` the file of a job's result, else the data. */
async function keep(url: URL, data: unknown, { out, secret, json }: SendOptions): Promise<void> {
  if (out === undefined) {
    if (!json) print(pretty(data));
    return;
  }
  const file = offeredFile(data);
  if (!file) return writeData(out, data);
  await downloadFile(url, file, { path: out, secret });
}

function headersOf(action: string, options: SendOptions, wait = false): Record<string, string> {
  const { token, account, timeout, secret } = options;
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

function readAnswer(text: string, url: URL): Pick<Answer, 'type' | 'data'> {
  try {
    const { type, data } = parseJson(text) as Record<string, unknown>;
    if (type === 'send' || type === 'error') return { type, data };
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
