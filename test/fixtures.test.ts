import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { findFixtureFiles, replayFile } from '#replay/fixture-files.ts';
import { createReplayableApp } from '#replayable-app.ts';

const FOLDER = fileURLToPath(new URL('../fixtures', import.meta.url));

/** Some fixtures wait for a time-out in real time. */
const LIMIT_MS = 60_000;

const files = await findFixtureFiles([FOLDER]);

describe('fixtures', () => {
  test.concurrent.each(files.map((path) => relative(FOLDER, path)))(
    '%s',
    async (name) => {
      const { differences } = await replayFile(`${FOLDER}/${name}`, { createApp: createReplayableApp });
      expect(differences.join('\n')).toBe('');
    },
    LIMIT_MS,
  );
});
