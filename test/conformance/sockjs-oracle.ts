import { createServer, type Server } from 'node:http';
// @ts-expect-error the package has no type declarations
import untypedSockJs from 'sockjs';
import type { RunningServer } from '../sockjs-test-server.ts';

type OracleConnection = {
  on(event: 'data', listener: (text: string) => void): void;
  write(text: string): void;
  close(code: number, reason: string): void;
};

type OracleService = {
  on(event: 'connection', listener: (connection: OracleConnection | null) => void): void;
  installHandlers(server: Server, options: { prefix: string }): void;
};

type OracleOptions = { response_limit: number; log: () => void; websocket?: boolean; jsessionid?: boolean };

const sockjs: { createServer(options: OracleOptions): OracleService } = untypedSockJs;

/** npm `sockjs` 0.3.24 with the same services as ours: what it does is what the protocol means. */
export async function startSockJsOracle(): Promise<RunningServer> {
  const server = createServer((_, response) => response.writeHead(404).end());
  const serve = (
    prefix: string,
    open: (connection: OracleConnection) => void,
    more: Partial<OracleOptions> = {},
  ) => {
    const service = sockjs.createServer({ response_limit: 4096, log: () => {}, ...more });
    service.on('connection', (connection) => {
      if (connection) open(connection);
    });
    service.installHandlers(server, { prefix });
  };
  const echo = (connection: OracleConnection) => connection.on('data', (text) => connection.write(text));
  serve('/echo', echo);
  serve('/disabled_websocket_echo', echo, { websocket: false });
  serve('/cookie_needed_echo', echo, { jsessionid: true });
  serve('/close', (connection) => connection.close(3000, 'Go away!'));

  await new Promise<void>((resolve) => server.listen(0, () => resolve()));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
