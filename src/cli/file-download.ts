import { createHash } from 'node:crypto';
import { isJsonObject } from '#core/json.ts';
import { reasonOf, shown, unreachable } from './bus-url.ts';
import { CommandError } from './command-error.ts';
import type { OutFile } from './out-file.ts';

/** A file of a job, as its result describes it. */
export type OfferedFile = { readonly name: string; readonly url: string; readonly sha256: string };

/** The file in a job's result; undefined when it has none. */
export function offeredFile(data: unknown): OfferedFile | undefined {
  const file = isJsonObject(data) ? data.file : undefined;
  if (!isJsonObject(file)) return undefined;
  const { name, url, sha256 } = file;
  if (typeof name !== 'string' || typeof url !== 'string' || typeof sha256 !== 'string') return undefined;
  return { name, url, sha256 };
}

/** The file's address at the bus that was asked. */
function locate(bus: URL, url: string): URL {
  if (bus.protocol === 'tcp:') {
    throw new CommandError(
      'failed',
      `--out: the file is served over HTTP; use --url http(s)://, and fetch ${url}`,
    );
  }
  const located = new URL(url, bus.href.replace(/^ws/, 'http'));
  // The secret goes along, and must not go anywhere else.
  if (located.host !== bus.host) throw unreachable(bus, `it names a file elsewhere (${shown(located)})`);
  return located;
}

/** Saves the file; what is there already is replaced only by a whole one. */
export async function downloadFile(
  bus: URL,
  { url, sha256 }: OfferedFile,
  { target, credentials }: { readonly target: OutFile; readonly credentials: string | undefined },
): Promise<void> {
  const from = locate(bus, url);
  const headers = credentials === undefined ? {} : { authorization: credentials };
  const response = await fetch(from, { headers, redirect: 'error' }).catch((error: unknown) => {
    throw unreachable(from, reasonOf(error));
  });
  if (!response.ok || !response.body) throw unreachable(from, `HTTP ${response.status}`);
  try {
    await target.save(verified(response.body, sha256));
  } catch (error) {
    throw new CommandError(
      'failed',
      `--out ${target.name}: ${reasonOf(error)}; the file is kept at ${shown(from)}`,
    );
  }
}

/** The same bytes; fails at their end when they are others than were promised. */
async function* verified(bytes: AsyncIterable<Uint8Array>, sha256: string): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  for await (const chunk of bytes) {
    hash.update(chunk);
    yield chunk;
  }
  if (hash.digest('hex') !== sha256) throw new Error('what came is not what the bus promised (sha256)');
}
