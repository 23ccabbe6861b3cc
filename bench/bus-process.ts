/** The bus as it is served, with its log written to nowhere, so that another process can load it. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp, vendors } from '../src/app.ts';
import { createLogger } from '../src/cli/logger.ts';
import { parseConfig } from '../src/config.ts';

const folder = mkdtempSync(join(tmpdir(), 'avq-bus-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
process.on('SIGTERM', () => process.exit());
// Nobody is left to be measured for.
process.on('disconnect', () => process.exit());

/** Sections of the configuration: accounts, devices, consumers. */
const [sections] = await once(process, 'message');

const config = parseConfig(
  {
    vendors: {},
    devices: [],
    ...sections,
    store: { path: folder },
    listen: { http: { port: 0 }, avqTcp: { port: 0 }, vertxTcp: { port: 0 } },
  },
  { vendors, env: {}, folder },
);
const app = await createApp({ config, log: createLogger('info', false).log });
const { http, avqTcp, vertxTcp } = app.listening;
process.send?.({ http: http?.port, avqTcp: avqTcp?.port, vertxTcp: vertxTcp?.port });
