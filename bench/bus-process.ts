/** The bus as it is served, with its log written to nowhere, so that another process can load it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp, vendors } from '../src/app.ts';
import { createLogger } from '../src/cli/logger.ts';
import { parseConfig } from '../src/config.ts';

const folder = mkdtempSync(join(tmpdir(), 'avq-bus-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
process.on('SIGTERM', () => process.exit());

const config = parseConfig(
  {
    store: { path: folder },
    listen: { http: { port: 0 }, avqTcp: { port: 0 }, vertxTcp: false },
    vendors: {},
    devices: [],
  },
  { vendors, env: {}, folder },
);
const app = await createApp({ config, log: createLogger('info', false).log });
process.send?.({ http: app.listening.http?.port, tcp: app.listening.avqTcp?.port });
