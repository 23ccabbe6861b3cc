import { readFileSync } from 'node:fs';
import { isJsonObject, parseJson } from '#core/json.ts';
import { type Answer, askBus, type HeaderOptions, headersOf } from './bus-question.ts';
import { parseBusUrl, reasonOf } from './bus-url.ts';
import { CommandError, EXIT } from './command-error.ts';
import { downloadFile, offeredFile } from './file-download.ts';
import { hintFor } from './hints.ts';
import { interruptible } from './interruption.ts';
import { type OutFile, openOutFile, STDOUT } from './out-file.ts';
import { print, tell } from './output.ts';
import { ProgressBar } from './progress-bar.ts';
import { WaitedOrder } from './waited-order.ts';

export type SendOptions = HeaderOptions & {
  readonly data?: string;
  readonly url: string;
  readonly wait?: boolean;
  readonly out?: string;
  readonly json?: boolean;
};

/** Sends one message and shows the answer: 0 for an answer, 1 for a failure. */
export async function send(address: string, action: string, options: SendOptions): Promise<number> {
  const { out, wait, json } = options;
  const url = parseBusUrl(options.url);
  const data = options.data === undefined ? null : readData(options.data);
  const question = { address, data, headers: headersOf(action, options) };
  if (out === STDOUT && json) throw new CommandError('usage', '--out -: cannot go with --json');
  const target = out === undefined ? undefined : openOutFile(out);
  const bar = wait && process.stderr.isTTY && !json ? new ProgressBar(process.stderr) : undefined;
  const order = wait ? new WaitedOrder({ url, question, out, bar }) : undefined;
  const tellWhereabouts = () => {
    const whereabouts = order?.whereabouts();
    if (whereabouts !== undefined) tell(whereabouts);
  };
  const work = async () => {
    try {
      const answer = await (order ? order.result() : askBus(url, question));
      show(answer, options);
      if (answer.type !== 'error') {
        if (target) await keep(url, answer.data, { target, credentials: question.headers.authorization });
        return 0;
      }
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      tell(error.message);
    }
    tellWhereabouts();
    return EXIT.failed;
  };
  return interruptible(work, () => {
    bar?.end();
    target?.abandon();
    tellWhereabouts();
  });
}

function show({ text, type, data }: Answer, { json, out }: SendOptions): void {
  if (json) print(text);
  else if (type === 'error') tellFailure(data);
  else if (out === undefined) print(pretty(data));
}

type Keeping = { readonly target: OutFile; readonly credentials: string | undefined };

/** Writes the file of a job's result, else the data. */
async function keep(url: URL, data: unknown, { target, credentials }: Keeping): Promise<void> {
  const file = offeredFile(data);
  if (file) return downloadFile(url, file, { target, credentials });
  try {
    await target.save([Buffer.from(`${pretty(data)}\n`)]);
  } catch (error) {
    throw new CommandError('failed', `--out ${target.name}: cannot be written (${reasonOf(error)})`);
  }
}

function readData(given: string): unknown {
  const text =
    given === '-' ? readSource(0, 'stdin') : given.startsWith('@') ? readSource(given.slice(1)) : given;
  try {
    return parseJson(text);
  } catch (error) {
    throw new CommandError('usage', `--data: this is not JSON${placeOf(error)}`);
  }
}

/** Where in the text the parser gave up; its own words quote the text, which may hold a secret. */
function placeOf(error: unknown): string {
  const [, place] = /\((line \d+ column \d+)\)$/.exec(reasonOf(error)) ?? [];
  return place === undefined ? '' : ` (${place})`;
}

function readSource(file: string | 0, name = String(file)): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandError('usage', `--data: ${name} cannot be read (${reasonOf(error)})`);
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
