import { createHash } from 'node:crypto';
import { createWriteStream, renameSync, rmSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isJsonObject } from '#core/json.ts';
import { reasonOf, unreachable } from './bus-url.ts';
import { CommandError } from './command-error.ts';
import { outFilePlaces } from './out-file.ts';

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
      'usage',
      `--out: the file is served over HTTP; use --url http(s)://, and fetch ${url}`,
    );
  }
  const located = new URL(url, bus.href.replace(/^ws/, 'http'));
  // The secret goes along, and must not go anywhere else.
  if (located.host !== bus.host) throw unreachable(bus, `it names a file elsewhere (${located.href})`);
  return located;
}

/** Saves the file; what is there already is replaced only by a whole one. */
export async function downloadFile(
  bus: URL,
  { url, sha256 }: OfferedFile,
  { path, secret }: { readonly path: string; readonly secret: string | undefined },
): Promise<void> {
  const from = locate(bus, url);
  const headers = secret ? { authorization: `Bearer ${secret}` } : {};
  const response = await fetch(from, { headers, redirect: 'error' }).catch((error: unknown) => {
    throw unreachable(from, reasonOf(error));
  });
  if (!response.ok || !response.body) throw unreachable(from, `HTTP ${response.status}`);
  const { half, whole } = outFilePlaces(path);
  const hash = createHash('sha256');
  try {
    await pipeline(
      Readable.fromWeb(response.body),
      async function* (chunks: AsyncIterable<Uint8Array>) {
        for await (const chunk of chunks) {
          hash.update(chunk);
          yield chunk;
        }
      },
      createWriteStream(half),
    );
    if (hash.digest('hex') !== sha256) throw new Error('what came is not what the bus promised (sha256)');
    if (half !== whole) renameSync(half, whole);
  } catch (error) {
    if (half !== whole) rmSync(half, { force: true });
    throw new CommandError('failed', `--out ${path}: ${reasonOf(error)}; the file is kept at ${from}`);
  }
}
