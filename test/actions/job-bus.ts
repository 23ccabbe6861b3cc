import { onTestFinished } from 'vitest';
import { type App, createApp, vendors } from '#app.ts';
import { parseConfig } from '#config.ts';
import { systemClock } from '#core/clock.ts';
import { silentLog } from '#core/log.ts';
import type { JobView } from '#domain/job-view.ts';
import { ofdRu, whiteServer } from '#sandbox/index.ts';
import { type RunningSimulator, startSimulator } from '#sandbox/server.ts';
import { temporaryFolder } from '../store/temporary-folder.ts';

const OFD = {
  kind: 'ofd-ru',
  login: 'a',
  password: 'b',
  inn: '7841465198',
  kpp: '772501001',
  perSecond: 200,
};
const WS = { kind: 'white-server', token: 'made-up', object_id: 199_990_001 };

const REPORT = {
  date_from: '2026-01-01T00:00:00',
  date_to: '2026-01-02T00:00:00',
  report_type: 'ReceiptReport',
  select_all_kkts: true,
};
const BALANCE = { report_date: { date: '2026-01-31' }, currency: { rid: 0 } };

export const GENERATE = ['ofd_ru.reports', 'generate_report', REPORT] as const;
export const BALANCES = ['white_server.storehouse', 'get_bill_of_balance', BALANCE] as const;

type Answer = { readonly type: string; readonly data: Record<string, unknown> };

export type JobBus = {
  readonly app: App;
  readonly http: string;
  readonly folder: string;
  readonly ofd: RunningSimulator;
  readonly ws: RunningSimulator;
  send(address: string, action: string, data: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** The same, for a Job. */
  job(address: string, action: string, data: unknown, headers?: Record<string, string>): Promise<JobView>;
  /** What a client hears at an address, from now on. */
  listen(address: string, secret?: string): Promise<JobView[]>;
  control(simulator: RunningSimulator, change: unknown): Promise<void>;
};

async function simulate(definition: Parameters<typeof startSimulator>[0], name: string, config: object) {
  const seed = { accounts: [{ name, config: { ...config }, devices: [] }] };
  const simulator = await startSimulator(definition, seed, { clock: systemClock });
  onTestFinished(() => simulator.close());
  return simulator;
}

/** A whole bus on free ports, between simulators that are fast. */
export async function startJobBus(config: Record<string, unknown> = {}): Promise<JobBus> {
  const ofd = await simulate(ofdRu, 'ofd', OFD);
  const ws = await simulate(whiteServer, 'ws', WS);
  const folder = temporaryFolder();
  const free = { port: 0 };
  const whole = {
    listen: { http: free, avqTcp: free, vertxTcp: free },
    store: { path: folder },
    vendors: { ofd: { ...OFD, baseUrl: ofd.baseUrl }, ws: { ...WS, baseUrl: ws.baseUrl } },
    ...config,
  };
  const parsed = parseConfig(whole, { vendors, env: {}, folder });
  const app = await createApp({ config: parsed, log: silentLog });
  onTestFinished(() => app.stop());
  const http = `http://127.0.0.1:${app.listening.http?.port}`;

  const post = async (url: string, body: unknown) =>
    (await fetch(url, { method: 'POST', body: JSON.stringify(body), headers: JSON_TYPE })).json();
  const send: JobBus['send'] = async (address, action, data, headers = {}) =>
    (await post(`${http}/tsrv`, {
      ...{ type: 'send', address, reply_address: 'r', data },
      headers: { action, ...headers },
    })) as Answer;
  const control: JobBus['control'] = async (simulator, change) => {
    await post(`${simulator.baseUrl}/_sandbox/state`, change);
  };
  await control(ofd, { speed: 1000, per_second: 0 });
  return {
    ...{ app, http, folder, ofd, ws, send, control },
    async job(...asked) {
      const { type, data } = await send(...asked);
      if (type !== 'send') throw new Error(JSON.stringify(data));
      return data as unknown as JobView;
    },
    listen: (address, secret) => listen(http, address, secret),
  };
}

const JSON_TYPE = { 'content-type': 'application/json' };

async function listen(http: string, address: string, secret?: string): Promise<JobView[]> {
  const heard: JobView[] = [];
  const socket = new WebSocket(`${http.replace('http', 'ws')}/tsrv`);
  onTestFinished(() => socket.close());
  const headers = secret === undefined ? null : { authorization: `Bearer ${secret}` };
  await new Promise<void>((resolve) => {
    socket.addEventListener('open', () => {
      socket.send(JSON.stringify({ type: 'listen', address, headers }));
      socket.send(JSON.stringify({ type: 'ping' }));
    });
    socket.addEventListener('message', ({ data }) => {
      const message = JSON.parse(String(data));
      if (message.type === 'pong') resolve();
      else heard.push(message.data);
    });
  });
  return heard;
}
