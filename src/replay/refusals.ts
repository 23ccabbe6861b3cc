import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { isJsonObject } from '#core/json.ts';
import { type ExchangeLedger, splitTarget, type VendorCall } from './exchange-ledger.ts';

/** A server whose port can be closed for the length of one connection attempt. */
export type RefusingServer = {
  readonly account: string;
  readonly port: number;
  /** Stops listening now and listens again as soon as the attempt that is under way has failed. */
  refuseOnce(): void;
};

/** Which of the coming connection attempts at a port are to be refused, in their order. */
type Plan = { readonly server: RefusingServer; readonly refused: boolean[] };

function headersOf(flat: unknown): Record<string, string> {
  const headers: Record<string, string> = {};
  if (!Array.isArray(flat)) return headers;
  for (let index = 0; index + 1 < flat.length; index += 2) {
    headers[String(flat[index]).toLowerCase()] = String(flat[index + 1]);
  }
  return headers;
}

function bodyOf(body: unknown): string | undefined {
  if (body === null || body === undefined) return '';
  if (typeof body === 'string') return body;
  return Buffer.isBuffer(body) ? body.toString('utf8') : undefined;
}

/** A request that undici has made and not sent yet, as the vendor would see it. */
function callOf(request: Record<string, unknown>, account: string): VendorCall {
  return {
    account,
    method: String(request.method),
    ...splitTarget(String(request.path)),
    headers: headersOf(request.headers),
    body: bodyOf(request.body),
  };
}

/**
 * Refuses the connections of those calls that a fixture wants refused: for real, by not listening at that very
 * moment. A connection says nothing of the call it is for, so the calls are looked at as the HTTP client makes
 * them (undici's `undici:request:create`), and each connection attempt (`net.client.socket`) is taken to be
 * for the next of them; that holds while such servers close their connections after every answer.
 *
 * Returns how to end it.
 */
export function refuseConnections(servers: readonly RefusingServer[], ledger: ExchangeLedger): () => void {
  const byOrigin = new Map<string, Plan>();
  const byPort = new Map<number, Plan>();
  for (const server of servers) {
    const plan: Plan = { server, refused: [] };
    byOrigin.set(`http://127.0.0.1:${server.port}`, plan);
    byPort.set(server.port, plan);
  }

  function onRequest(message: unknown): void {
    const request = isJsonObject(message) ? message.request : undefined;
    const plan = isJsonObject(request) ? byOrigin.get(String(request.origin)) : undefined;
    if (!plan || !isJsonObject(request)) return;
    const call = callOf(request, plan.server.account);
    const isRefused = ledger.find(call)?.fault === 'refuse';
    if (isRefused) ledger.claim(call);
    plan.refused.push(isRefused);
  }

  function onSocket(message: unknown): void {
    const socket = (message as { socket: Socket }).socket;
    // Emitted right before the system call.
    socket.once('connectionAttempt', (_ip: string, port: number) => {
      const plan = byPort.get(port);
      if (plan?.refused.shift()) plan.server.refuseOnce();
    });
  }

  subscribe('undici:request:create', onRequest);
  subscribe('net.client.socket', onSocket);
  return () => {
    unsubscribe('undici:request:create', onRequest);
    unsubscribe('net.client.socket', onSocket);
  };
}
