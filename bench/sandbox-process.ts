/** The sandbox, one simulator an account, so that one of them can be disturbed and the others not. */
import { once } from 'node:events';
import { systemClock } from '#core/clock.ts';
import { kassa24, tsrv } from '#sandbox/index.ts';
import { startSimulator } from '#sandbox/server.ts';
import type { Account } from './accounts.ts';

const DEFINITIONS = { kassa24, tsrv };

// Nobody is left to be called by.
process.on('disconnect', () => process.exit());

const [{ accounts }]: [{ accounts: readonly Account[] }] = (await once(process, 'message')) as never;

const baseUrls: Record<string, string> = {};
for (const { name, kind, config, devices } of accounts) {
  const seed = { accounts: [{ name, config, devices }] };
  const { baseUrl } = await startSimulator(DEFINITIONS[kind], seed, { clock: systemClock });
  baseUrls[name] = baseUrl;
}
process.send?.(baseUrls);
