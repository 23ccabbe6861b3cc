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

/** `bridge`: the TCP listener is the Vert.x bridge's; else it is the one for Messages. */
const isBridge = process.argv[2] === 'bridge';

const config = parseConfig(
  {
    store: { path: folder },
    listen: {
      http: { port: 0 },
      avqTcp: isBridge ? false : { port: 0 },
      vertxTcp: isBridge ? { port: 0 } : false,
    },
    vendors: {},
    devices: [],
    consumers: [{ address: 'echo', behaviour: 'echo' }],
  },
  { vendors, env: {}, folder },
);
const app = await createApp({ config, log: createLogger('info', false).log });
const { http, avqTcp, vertxTcp } = app.listening;
process.send?.({ http: http?.port, tcp: (isBridge ? vertxTcp : avqTcp)?.port });

// Nobody is left to be measured for.
process.on('disconnect', () => process.exit());
