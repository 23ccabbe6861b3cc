import { afterAll, beforeAll, describe } from 'vitest';
import { startSockJsTestServer } from '../sockjs-test-server.ts';
import type { Services } from './expectations.ts';
import { startSockJsOracle } from './sockjs-oracle.ts';
import { pagesAndSessions } from './sockjs-pages-and-sessions.ts';
import { pollingTransports } from './sockjs-polling-transports.ts';
import { sessionRules } from './sockjs-session-rules.ts';
import { streamingTransports } from './sockjs-streaming-transports.ts';
import { webSocketTransports } from './sockjs-websocket-transports.ts';

/**
 * The 67 living tests of sockjs-protocol by their names (version 0.3.3), in our own words. Left out:
 * Websocket.haproxy, which speaks a draft (Hixie-76) that no browser has had since 2012.
 */
function sockJsConformance(services: Services): void {
  pagesAndSessions(services);
  webSocketTransports(services);
  pollingTransports(services);
  streamingTransports(services);
  sessionRules(services);
}

describe.each([
  { name: 'avq-bus', start: startSockJsTestServer },
  { name: 'npm sockjs 0.3.24, the oracle', start: startSockJsOracle },
])('$name', ({ start }) => {
  let url = '';
  let stop = async () => {};
  beforeAll(async () => {
    ({ url, stop } = await start());
  });
  afterAll(() => stop());

  sockJsConformance(() => ({
    echo: `${url}/echo`,
    close: `${url}/close`,
    disabledWebSocket: `${url}/disabled_websocket_echo`,
    cookieNeeded: `${url}/cookie_needed_echo`,
  }));
});
