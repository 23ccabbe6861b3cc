import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { allSchemas } from '#schemas.ts';
import { reasonOf } from './bus-url.ts';
import { CommandError } from './command-error.ts';
import { requireFolder } from './folder.ts';
import { print } from './output.ts';

/** Writes every schema into the folder; what else is there stays. */
export async function writeSchemas(folder: string): Promise<number> {
  const schemas = allSchemas();
  requireFolder(folder);
  for (const [name, text] of schemas) write(join(folder, name), text);
  print(`${schemas.size} schemas are in ${folder}`);
  return 0;
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new CommandError('failed', `${file} cannot be written (${reasonOf(error)})`);
  }
}
