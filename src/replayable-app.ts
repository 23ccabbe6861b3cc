import { silentLog } from '#core/log.ts';
import type { CreateReplayableApp } from '#replay/replayable.ts';
import { type App, createApp, vendors } from './app.ts';
import { parseConfig } from './config.ts';

/** The bus for a replay: from a configuration in the file's form, without a file. */
export const createReplayableApp: CreateReplayableApp = ({ config, clock, log = silentLog }): Promise<App> =>
  createApp({ config: parseConfig(config, { vendors, env: {}, folder: process.cwd() }), clock, log });
