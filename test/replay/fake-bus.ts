import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { Pool } from 'undici';
import { WebSocketServer } from 'ws';
import type { Clock } from '#core/clock.ts';
import type { CreateReplayableApp, ReplayableApp } from '#replay/replayable.ts';

type Message = {
  type?: string;
  address?: string;
  reply_address?: string | null;
  data?: Record<string, unknown> | null;
  headers?: Record<string, string>;
};

type FakeConfig = { vendors?: Record<string, { baseUrl: string }>; store: { path: string } };

type Call = {
  account: string;
  method?: 'GET' | 'POST';
  path: string;
  headers?: Record<string, string>;
  body?: unknown;
};

/** One thing that the fake bus can do, by the message's action; undefined: no answer. */
type Answer = (data: Record<string, unknown>) => Promise<unknown> | unknown;

function answersOf(config: FakeConfig, clock: Clock, pools: Map<string, Pool>): Record<string, Answer> {
  const sleep = (ms: number) => new Promise<void>((resolve) => clock.setTimeout(resolve, ms));

  async function call({ account, method = 'GET', path, headers = {}, body }: Call): Promise<unknown> {
    const { baseUrl = '' } = config.vendors?.[account] ?? {};
    const pool = pools.get(account) ?? new Pool(baseUrl);
    pools.set(account, pool);
    const limit = new AbortController();
    const timer = clock.setTimeout(() => limit.abort(), 30_000);
    try {
      const text = body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body);
      const answer = await pool.request({ method, path, headers, body: text, signal: limit.signal });
      return { status: answer.statusCode, text: await answer.body.text() };
    } catch (error) {
      const { code, name } = error as { code?: string; name: string };
      return { fault: name === 'AbortError' ? 'timeout' : code };
    } finally {
      timer.cancel();
    }
  }

  return {
    echo: (data) => data,
    silence: () => undefined,
    now: () => ({ now: new Date(clock.now()).toISOString() }),
    wait: async ({ ms }) => {
      await sleep(Number(ms));
      return { waited: ms };
    },
    call: (data) => call(data as Call),
    calls: ({ list }) => Promise.all((list as Call[]).map(call)),
    count: () => {
      const path = join(config.store.path, 'count');
      const count = (existsSync(path) ? Number(readFileSync(path, 'utf8')) : 0) + 1;
      writeFileSync(path, String(count));
      return { count };
    },
  };
}

/** A very small bus with the listeners of a real one, for trying the replayer alone. */
export const createFakeBus: CreateReplayableApp = async ({ config, clock }) => {
  const pools = new Map<string, Pool>();
  const answers = answersOf(config as FakeConfig, clock, pools);
  const sockets = new Set<Socket>();

  async function answer(message: Message): Promise<string | undefined> {
    const write = (type: string, data: unknown) =>
      JSON.stringify({
        type,
        address: message.reply_address ?? null,
        reply_address: null,
        data,
        headers: null,
      });
    if (message.type === 'ping') return write('pong', null);
    const run = answers[message.headers?.action ?? ''];
    if (!run) return write('error', { description: '?', name: 'BUS_UNKNOWN_ACTION' });
    const data = await run(message.data ?? {});
    return data === undefined ? undefined : write('send', data);
  }

  function reply(text: string, write: (text: string) => void): void {
    void answer(JSON.parse(text)).then((answered) => answered !== undefined && write(answered));
  }

  const http = createServer((request: IncomingMessage, response: ServerResponse) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => reply(text, (answered) => response.end(answered)));
  });
  const webSocket = new WebSocketServer({ server: http, path: '/tsrv' });
  webSocket.on('connection', (socket) =>
    socket.on('message', (data) => reply(String(data), (text) => socket.send(text))),
  );
  const tcp = createTcpServer((socket) => {
    let rest = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
        const end = 4 + rest.readInt32BE(0);
        reply(rest.toString('utf8', 4, end), (text) => {
          const prefix = Buffer.alloc(4);
          prefix.writeInt32BE(Buffer.byteLength(text));
          socket.write(Buffer.concat([prefix, Buffer.from(text)]));
        });
        rest = rest.subarray(end);
      }
    });
  });
  for (const server of [http, tcp]) {
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  }

  async function end(): Promise<void> {
    for (const socket of sockets) socket.destroy();
    http.close();
    tcp.close();
    await Promise.all([...pools.values()].map((pool) => pool.destroy()));
  }

  const at = (server: { address(): unknown }) => ({
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
  });
  const app: ReplayableApp = { listening: { http: at(http), avqTcp: at(tcp) }, stop: end, kill: end };
  return app;
};
