import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import {
  type AddressInfo,
  createServer as createListener,
  type Server as Listener,
  type Socket,
} from 'node:net';
import type { Clock } from '#core/clock.ts';
import type { Activity } from './activity.ts';
import { type ExchangeLedger, splitTarget, type VendorCall } from './exchange-ledger.ts';
import type { FixtureExchange } from './fixture.ts';
import { type RefusingServer, refuseConnections } from './refusals.ts';
import { answerCall } from './vendor-answer.ts';

export type VendorServersOptions = {
  /** Names of the configured accounts. */
  readonly accounts: readonly string[];
  readonly exchanges: readonly FixtureExchange[];
  readonly ledger: ExchangeLedger;
  /** Delays run on it. */
  readonly clock: Clock;
  readonly activity: Activity;
};

/** The vendors of a fixture: one HTTP server an account, alive through every restart of the bus. */
export type VendorServers = {
  /** Where each account's vendor is, by the account's name. */
  readonly baseUrls: ReadonlyMap<string, string>;
  close(): Promise<void>;
};

type VendorServer = RefusingServer & { readonly refuses: boolean; close(): Promise<void> };

const HOST = '127.0.0.1';

function createHandler(account: string, closesConnections: boolean, options: VendorServersOptions) {
  const { ledger, clock, activity } = options;

  function answer(request: IncomingMessage, response: ServerResponse, body: string): void {
    activity.note();
    const { method = '', headers, url = '/' } = request;
    const call: VendorCall = { account, method, ...splitTarget(url), headers, body };
    const planned = ledger.claim(call);
    if (planned?.fault === 'refuse') {
      ledger.complain(
        `exchanges: ${method} ${call.path} of "${account}" was connected before it could be refused`,
      );
    }
    if (closesConnections) response.setHeader('connection', 'close');
    const play = () => {
      activity.note();
      answerCall(planned?.fault === 'refuse' ? { fault: 'reset' } : planned, response);
    };
    if (planned?.delay_ms) clock.setTimeout(play, planned.delay_ms);
    else play();
  }

  return (request: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => answer(request, response, Buffer.concat(chunks).toString('utf8')));
    response.on('close', activity.note);
  };
}

async function startVendorServer(account: string, options: VendorServersOptions): Promise<VendorServer> {
  const refuses = options.exchanges.some(
    ({ vendor, response }) => vendor === account && response.fault === 'refuse',
  );
  const http: Server = createServer(createHandler(account, refuses, options));
  // A kept-alive connection must not end just when the bus takes it up again.
  http.keepAliveTimeout = 0;
  http.requestTimeout = 0;
  const sockets = new Set<Socket>();
  const onConnection = (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    http.emit('connection', socket);
  };
  const listen = (port: number): Listener => createListener(onConnection).listen(port, HOST);

  let listener = listen(0);
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  return {
    account,
    port,
    refuses,
    refuseOnce() {
      listener.close();
      process.nextTick(() => {
        listener = listen(port);
      });
    },
    async close() {
      const closed = once(listener, 'close');
      listener.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Starts a server for each account. */
export async function startVendorServers(options: VendorServersOptions): Promise<VendorServers> {
  const servers = await Promise.all(options.accounts.map((account) => startVendorServer(account, options)));
  const refusing = servers.filter(({ refuses }) => refuses);
  const endRefusals = refusing.length > 0 ? refuseConnections(refusing, options.ledger) : undefined;
  return {
    baseUrls: new Map(servers.map(({ account, port }) => [account, `http://${HOST}:${port}`])),
    async close() {
      endRefusals?.();
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}
