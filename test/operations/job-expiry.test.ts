import { expect, test } from 'vitest';
import { silentLog } from '#core/log.ts';
import { JobExpiry } from '#operations/job-expiry.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { settle } from './restartable-jobs.ts';

test('a file that cannot be removed keeps no other one', async () => {
  const tried: string[] = [];
  const table = { prune: async () => ['a', 'b', 'c'] };
  const files = {
    remove: async (id: string) => {
      tried.push(id);
      if (id !== 'c') throw new Error('busy');
    },
  };
  const clock = createFakeClock(0);
  const expiry = new JobExpiry({ table: table as never, files: files as never, clock, log: silentLog });
  expiry.start();
  await settle();
  expiry.stop();
  expect(tried).toEqual(['a', 'b', 'c']);
  expect(clock.pending).toBe(0);
});
