/** Writes into a file of a job until the system refuses; says how it failed and what was left. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createDiskJobFiles } from '#store/disk-job-files.ts';

const folder = join(process.argv[2] ?? '', 'files');
const file = await createDiskJobFiles(folder).create('a');
try {
  for (let index = 0; index < 1000; index += 1) await file.write(Buffer.alloc(64_000));
} catch (error) {
  const name = error instanceof Error ? error.name : String(error);
  process.stdout.write(JSON.stringify({ name, left: readdirSync(folder) }));
}
