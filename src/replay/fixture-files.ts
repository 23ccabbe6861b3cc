import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseFixture } from './fixture-reader.ts';
import { type ReplayOptions, type ReplayResult, replayFixture } from './replayer.ts';

export type FixtureResult = ReplayResult & {
  /** The file's path, beneath the path that was asked for. */
  readonly path: string;
  /** The fixture's own name; undefined when the file could not be read. */
  readonly name: string | undefined;
};

export type ReplayPathsOptions = ReplayOptions & {
  /** Told of each file as soon as it is done. */
  onResult?(result: FixtureResult): void;
};

/** How many of the files passed and failed; both are 0 when none was found. */
export type ReplaySummary = { readonly passed: number; readonly failed: number };

/** The `*.json` files at these paths, folders searched at every depth, in order of their names. */
export async function findFixtureFiles(paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(paths.map(filesAt));
  return [...new Set(found.flat())];
}

async function filesAt(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.json') && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Reads and replays one file; a file that is no fixture fails with what is wrong with it. */
export async function replayFile(path: string, options: ReplayOptions): Promise<FixtureResult> {
  const read = parseFixture(await readFile(path, 'utf8'));
  if ('complaints' in read) return { path, name: undefined, ok: false, differences: read.complaints };
  return { path, name: read.fixture.name, ...(await replayFixture(read.fixture, options)) };
}

/** Replays fixture files and folders of them, one after the other. Rejects when a path does not exist. */
export async function replayPaths(
  paths: readonly string[],
  options: ReplayPathsOptions,
): Promise<ReplaySummary> {
  let passed = 0;
  let failed = 0;
  for (const path of await findFixtureFiles(paths)) {
    const result = await replayFile(path, options);
    if (result.ok) passed += 1;
    else failed += 1;
    options.onResult?.(result);
  }
  return { passed, failed };
}
