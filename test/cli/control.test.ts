import { mkdtempSync, rmSync } from 'node:fs';
import { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openControl } from '#cli/control.ts';
import { silentLog } from '#core/log.ts';

test('the control listener logs what goes wrong while it accepts, and goes on', async () => {
  const storePath = mkdtempSync(join(tmpdir(), 'control-'));
  const listen = vi.spyOn(Server.prototype, 'listen');
  const errors: object[] = [];
  const log = { ...silentLog, error: (fields: object) => errors.push(fields) };
  const control = await openControl({ storePath, reload: async () => ({ ok: true, ignored: [] }), log });
  onTestFinished(async () => {
    listen.mockRestore();
    await control.close();
    rmSync(storePath, { recursive: true });
  });
  const error = new Error('accept EMFILE');
  const [server] = listen.mock.contexts as Server[];
  server?.emit('error', error);
  expect(errors).toEqual([{ error }]);
});
