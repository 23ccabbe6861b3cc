import type { IncomingMessage, ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import { createApp, vendors } from '#app.ts';
import { parseConfig } from '#config.ts';
import { silentLog } from '#core/log.ts';
import { listenHttp } from '../outbound/loopback.ts';
import { temporaryFolder } from '../store/temporary-folder.ts';

/** What was asked of one account, and how much of it at once. */
type Traffic = { calls: number; underWay: number; most: number };

export type ReportsBus = {
  readonly traffic: Readonly<Record<'tsrv' | 'kassa24' | 'iiko', Traffic>>;
  send(
    address: string,
    action: string,
    data: unknown,
    headers?: Record<string, string>,
    secret?: string,
  ): Promise<{ type: string; data: never }>;
};

const X = { Total: { Sales: { Qty: 1, Amount: 100.1 } } };
const ok = (Data: unknown) => ({ Status: 200, Message: 'OK', Data });

const IIKO_SHIFT = {
  sessionNumber: 1,
  openDate: '2026-01-31T09:00:00',
  payOrders: 100.1,
  sessionStatus: 'OPEN',
  pointOfSaleId: 'p',
};

/** Kassa24 with any register, each with an open shift of the same number. */
function kassa24(path: string): unknown {
  const [, kind, id] = path.split('/');
  if (kind === 'auth') return ok({ Token: 't', User: { Id: 1 } });
  const number = Number(id);
  if (kind === 'kkms') return ok({ Kkm: { Id: number, IdShift: number, Company: {} } });
  if (path.endsWith('/x')) return ok({ ...X, Kkm: { Id: number } });
  return ok({ Id: number, IdKkm: number, IdStatusShift: 1, ShiftIndex: 1, DateOpen: '2026-01-31T09:00:00Z' });
}

/** iiko with open shifts of the registers 1 to `count`. */
function iiko(path: string, count: number): unknown {
  if (!path.startsWith('/resto/api/v2/cashshifts/list')) return 'token';
  return Array.from({ length: count }, (_, index) => ({
    ...IIKO_SHIFT,
    id: `shift-${index + 1}`,
    cashRegNumber: index + 1,
  }));
}

function tsrv(): unknown {
  const counters = [{ currency: 'BYN', sales_count: 1, sales_sum: 0.1 }];
  return { type: 'send', address: null, data: { number: 1, counters } };
}

type Options = {
  /** How many registers each vendor has: `T1`, `K1`, `I1` and so on. */
  readonly count: number;
  /** What an answer takes (milliseconds). */
  readonly delayMs?: number;
  readonly config?: object;
};

/** A whole bus on a free port, between vendors that count what they are asked. */
export async function startReportsBus({ count, delayMs = 0, config = {} }: Options): Promise<ReportsBus> {
  const traffic = { tsrv: newTraffic(), kassa24: newTraffic(), iiko: newTraffic() };
  const listen = (name: keyof typeof traffic, answer: (path: string) => unknown) =>
    listenHttp((request, response) => serve(request, response, traffic[name], delayMs, answer));
  const [by, kz, ru] = await Promise.all([
    listen('tsrv', tsrv),
    listen('kassa24', kassa24),
    listen('iiko', (path) => iiko(path, count)),
  ]);
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  const folder = temporaryFolder();
  const whole = {
    listen: { http: { port: 0 }, avqTcp: false, vertxTcp: false },
    store: { path: folder },
    shutdownMs: 500,
    vendors: {
      minsk: { kind: 'tsrv', baseUrl: by },
      almaty: { kind: 'kassa24', baseUrl: kz, login: 'l', password: 'p', zone: 'Asia/Almaty' },
      moscow: {
        kind: 'iiko',
        baseUrl: ru,
        login: 'l',
        password: 'p',
        zone: 'Europe/Moscow',
        currency: 'RUB',
      },
    },
    devices: numbers.flatMap((number) => [
      { token: `T${number}`, vendor: 'minsk' },
      { token: `K${number}`, vendor: 'almaty', id_kkm: number },
      { token: `I${number}`, vendor: 'moscow', cash_register: number },
    ]),
    ...config,
  };
  const app = await createApp({
    config: parseConfig(whole, { vendors, env: {}, folder }),
    log: silentLog,
  });
  onTestFinished(() => app.stop());
  const url = `http://127.0.0.1:${app.listening.http?.port}/tsrv`;
  return {
    traffic,
    async send(address, action, data, headers = {}, secret) {
      const message = { type: 'send', address, reply_address: 'r', data, headers: { action, ...headers } };
      const authorization = secret === undefined ? {} : { authorization: `Bearer ${secret}` };
      const response = await fetch(url, {
        method: 'POST',
        body: JSON.stringify(message),
        headers: { 'content-type': 'application/json', ...authorization },
      });
      return (await response.json()) as { type: string; data: never };
    },
  };
}

function newTraffic(): Traffic {
  return { calls: 0, underWay: 0, most: 0 };
}

function serve(
  request: IncomingMessage,
  response: ServerResponse,
  traffic: Traffic,
  delayMs: number,
  answer: (path: string) => unknown,
): void {
  traffic.calls += 1;
  traffic.underWay += 1;
  traffic.most = Math.max(traffic.most, traffic.underWay);
  const respond = () => {
    traffic.underWay -= 1;
    const body = answer(request.url ?? '');
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
  request.resume().on('end', () => (delayMs > 0 ? setTimeout(respond, delayMs).unref() : respond()));
}
