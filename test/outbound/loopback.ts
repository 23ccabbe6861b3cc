import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Call } from '#core/call.ts';
import { systemClock } from '#core/clock.ts';
import type { Effect, HttpRequest } from '#core/http.ts';
import { silentLog } from '#core/log.ts';
import { type AccountHttp, createHttpClient, type HttpClientOptions } from '#outbound/http-client.ts';

export const EFFECTS: readonly Effect[] = ['read', 'document', 'login', 'change'];

/** Listens on a free loopback port until the test is over. */
export async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

export async function listenHttp(onRequest: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listen(createServer(onRequest))}`;
}

/** A server that does as told with the socket once a request's first bytes have come. */
export async function listenTcp(onBytes: (socket: Socket) => void): Promise<string> {
  const server = createTcpServer((socket) => socket.once('data', () => onBytes(socket)));
  return `http://127.0.0.1:${await listen(server)}`;
}

/** Nobody listens there, nor can anybody who is given a free port: those are never below 1024. */
export const CLOSED_PORT = 'http://127.0.0.1:1';

export function createClient(baseUrl: string, options: Partial<HttpClientOptions> = {}): AccountHttp {
  const client = createHttpClient({
    vendor: 'kassa24',
    account: 'almaty',
    baseUrl,
    timeoutMs: 60_000,
    concurrency: 8,
    tlsVerify: true,
    headers: {},
    maxResponseBytes: 1000,
    clock: systemClock,
    log: silentLog,
    ...options,
  });
  return client;
}

export type TestCall = Call & { abort(): void };

export function createCall(deadline: number = systemClock.now() + 60_000, traceparent?: string): TestCall {
  const controller = new AbortController();
  return {
    deadline,
    signal: controller.signal,
    exchanges: [],
    traceparent,
    abort: () => controller.abort(),
  };
}

export function requestOf(effect: Effect, more: Partial<HttpRequest> = {}): HttpRequest {
  const method = effect === 'read' ? 'GET' : 'POST';
  return { method, path: '/shifts/1', effect, ...(method === 'POST' && { body: { id: 1 } }), ...more };
}

/** Lets the event loop turn until the condition holds. */
export async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setImmediate(resolve));
}
