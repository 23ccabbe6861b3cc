/** The bus as it is served, with its log written to nowhere, so that another process can load it. */
import { createApp, vendors } from '../src/app.ts';
import { createLogger } from '../src/cli/logger.ts';
import { parseConfig } from '../src/config.ts';

const config = parseConfig(
  {
    listen: { http: { port: 0 }, avqTcp: { port: 0 }, vertxTcp: false },
    vendors: {},
    devices: [],
  },
  { vendors, env: {}, folder: process.cwd() },
);
const app = await createApp({ config, log: createLogger('info', false).log });
process.send?.({ http: app.listening.http?.port, tcp: app.listening.avqTcp?.port });
