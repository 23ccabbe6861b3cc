import { expect, test } from 'vitest';
import { banner, urlsOf } from '#cli/banner.ts';
import { parseConfig } from '#config.ts';
import { parseOptions } from '../config/fake-vendors.ts';

test('a listener at a Unix domain socket is named by its path', () => {
  const path = '/run/avq-bus/bridge.sock';
  const surroundings = {
    config: parseConfig({ listen: { vertxTcp: { path } } }, parseOptions),
    listening: {
      http: { host: '127.0.0.1', port: 1828 },
      vertxTcp: { host: '127.0.0.1', port: 7000, path },
    },
  };
  expect(urlsOf(surroundings)).toEqual({ http: 'http://127.0.0.1:1828', vertxTcp: `unix:${path}` });
  const about = { version: '1.0.0', sandbox: false, simulators: [], warnings: [] };
  expect(banner(surroundings, about)).toContain(`unix:${path}`);
});
