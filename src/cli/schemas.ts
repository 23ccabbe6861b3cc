import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { allSchemas } from '#schemas.ts';
import { print } from './output.ts';

/** Writes every schema into the folder; what else is there stays. */
export async function writeSchemas(folder: string): Promise<number> {
  const schemas = allSchemas();
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of schemas) writeFileSync(join(folder, name), text);
  print(`${schemas.size} schemas are in ${folder}`);
  return 0;
}
