import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A new folder that is gone when the test has ended; tests that run at once hand in their own `whenEnded`. */
export function temporaryFolder(whenEnded = onTestFinished): string {
  const folder = mkdtempSync(join(tmpdir(), 'avq-bus-'));
  whenEnded(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
