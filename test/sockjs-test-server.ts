/**
 * The services the SockJS suites expect (sockjs-protocol 0.3.3), on our server:
 * `node test/sockjs-test-server.ts --port 8081`; port 0 takes a free one and prints it.
 */

import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { createSockJs, type SockJsConnection, type SockJsOptions } from '#transports/sockjs/server.ts';

export type RunningServer = {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  stop(): Promise<void>;
};

const SERVICES: readonly SockJsOptions[] = [
  { prefix: '/echo', open: echo },
  { prefix: '/disabled_websocket_echo', open: echo, websocket: false },
  { prefix: '/cookie_needed_echo', open: echo, cookieNeeded: true },
  { prefix: '/close', open: (connection) => connection.close(3000, 'Go away!') },
  { prefix: '/amplify', open: amplify },
];

export function startSockJsTestServer(port = 0): Promise<RunningServer> {
  return listenSockJs(
    SERVICES.map((settings) => ({ ...settings, maxBytesStreaming: 4096 })),
    port,
  );
}

/** An HTTP server with these services and nothing else. */
export async function listenSockJs(services: readonly SockJsOptions[], port = 0): Promise<RunningServer> {
  const running = services.map(createSockJs);
  const server = createServer((request, response) => {
    if (!running.some((service) => service.handleRequest(request, response))) response.writeHead(404).end();
  });
  server.on('upgrade', (request, socket, head) => {
    if (!running.some((service) => service.handleUpgrade(request, socket, head))) socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(port, () => resolve()));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : port}`,
    async stop() {
      for (const service of running) service.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function echo(connection: SockJsConnection): void {
  connection.onMessage = (text) => connection.send(text);
}

/** `"n"` is answered by 2^n times `x`; what is no number from 1 to 18 counts as 1. */
function amplify(connection: SockJsConnection): void {
  connection.onMessage = (text) => {
    const wanted = Math.floor(Number(text));
    connection.send('x'.repeat(2 ** (wanted > 0 && wanted < 19 ? wanted : 1)));
  };
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { port: { type: 'string', default: '8081' } } });
  const { url } = await startSockJsTestServer(Number(values.port));
  console.log(`SockJS test server listening on ${url}`);
}
