import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '#core/folder.ts';
import { isJsonObject } from '#core/json.ts';
import type { Fixture } from './fixture.ts';
import { withoutPlaceholderNumbers } from './secret-words.ts';

/** Writes recordings, each in a file of its own and none twice. */
export type RecordedFiles = {
  /** The file's path; undefined when there is one already that says the same. */
  write(folder: string, base: string, fixture: Fixture): string | undefined;
};

/** Names come from messages, and a message may say anything. */
function fileName(text: string): string {
  const name = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 80);
  return name === '' ? 'unnamed' : name;
}

/** What makes a recording another one: not its time, not what need not be used, not the client's choice of an address. */
function essenceOf({ config, exchanges = [], messages }: Fixture): string {
  const used = exchanges.filter(({ optional }) => optional !== true);
  const addresses = messages.flatMap(({ send }) =>
    isJsonObject(send) ? [send.reply_address, send.replyAddress] : [],
  );
  const text = withoutPlaceholderNumbers(JSON.stringify({ config, used, messages }));
  return addresses.reduce<string>(
    (result, address) =>
      typeof address === 'string' ? result.replaceAll(JSON.stringify(address), '"…"') : result,
    text,
  );
}

function essenceOfFile(path: string): string | undefined {
  try {
    return essenceOf(JSON.parse(readFileSync(path, 'utf8')) as Fixture);
  } catch {
    // Somebody else's file: it stays, and says nothing that a recording says.
    return undefined;
  }
}

export function createRecordedFiles(directory: string): RecordedFiles {
  const written = new Map<string, Set<string>>();

  /** What the folder holds already under this name, numbered or not. */
  function known(folder: string, base: string): Set<string> {
    const key = join(folder, base);
    const names = readdirSync(folder).filter((name) => new RegExp(`^${base}(-\\d+)?\\.json$`).test(name));
    const essences =
      written.get(key) ?? new Set(names.map((name) => essenceOfFile(join(folder, name)) ?? name));
    written.set(key, essences);
    return essences;
  }

  return {
    write(subfolder, name, fixture) {
      const folder = join(directory, fileName(subfolder));
      const base = fileName(name);
      makeFolder(folder);
      const essences = known(folder, base);
      const essence = essenceOf(fixture);
      if (essences.has(essence)) return undefined;

      const number = essences.size + 1;
      const path = join(folder, number === 1 ? `${base}.json` : `${base}-${number}.json`);
      const draft = join(folder, `.${base}.${process.pid}.tmp`);
      writeFileSync(draft, `${JSON.stringify(fixture, null, 2)}\n`);
      renameSync(draft, path);
      essences.add(essence);
      return path;
    },
  };
}
