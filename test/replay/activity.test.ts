import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createActivity } from '#replay/activity.ts';

test('it is not quiet while a file is written', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'activity-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  let isWritten = false;
  const writing = writeFile(join(folder, 'file'), Buffer.alloc(8_000_000)).then(() => {
    isWritten = true;
  });
  await createActivity().quiet();
  expect(isWritten).toBe(true);
  await writing;
});
