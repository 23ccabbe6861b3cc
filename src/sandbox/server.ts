import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, delay } from '#core/clock.ts';
import { parseJson } from '#core/json.ts';
import { type Log, silentLog } from '#core/log.ts';
import { type Controlled, isControlRequest, respondToControl } from './control-requests.ts';
import { type Fault, Faults, isScripted } from './faults.ts';
import { RequestJournal } from './request-journal.ts';
import { altered, send, sendByteByByte, sendHalf } from './sending.ts';
import type { SimulatedRequest, SimulatedResponse, SimulatorDefinition, SimulatorSeed } from './simulator.ts';

export type SimulatorOptions = {
  readonly clock: Clock;
  readonly log?: Log;
  /** Without one the machine chooses. */
  readonly port?: number;
};

export type RunningSimulator = {
  /** `http://127.0.0.1:<port>`, to be used as an account's `baseUrl`. */
  readonly baseUrl: string;
  /** Also ends the connections that a fault left hanging. */
  close(): Promise<void>;
};

const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** Between two bytes of an answer that trickles. */
const BYTE_MS = 1000;

const HTML_PAGE =
  '<!DOCTYPE html><html><head><title>Just a moment</title></head><body>Please wait</body></html>';

async function readRequest(
  incoming: IncomingMessage,
  underWay: number,
): Promise<SimulatedRequest | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  if (bytes > MAX_BODY_BYTES) return undefined;
  const url = new URL(incoming.url ?? '/', 'http://127.0.0.1');
  const text = Buffer.concat(chunks).toString('utf8');
  const headers = Object.entries(incoming.headers).map(([name, value]) => [name, value?.toString()]);
  return {
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: Object.fromEntries(headers),
    text,
    body: asJson(text),
    underWay,
  };
}

function asJson(text: string): unknown {
  try {
    return text === '' ? undefined : parseJson(text);
  } catch {
    return undefined;
  }
}

function scriptedAnswer({ status, headers, body, text, retry_after }: Fault): SimulatedResponse {
  return {
    status: status ?? (retry_after === undefined ? 200 : 429),
    headers: { ...headers, ...(retry_after === undefined ? {} : { 'retry-after': String(retry_after) }) },
    ...(body === undefined ? {} : { body }),
    ...(text === undefined ? {} : { text }),
  };
}

type Disturbance = (
  outgoing: ServerResponse,
  respond: () => SimulatedResponse,
  wait: (ms: number) => Promise<void>,
) => void | Promise<void>;

const DISTURBANCES: Readonly<Record<NonNullable<Fault['fault']>, Disturbance>> = {
  reset: (outgoing) => void outgoing.socket?.resetAndDestroy(),
  hang: () => undefined,
  html: (outgoing) =>
    send(outgoing, { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, text: HTML_PAGE }),
  not_json: (outgoing) =>
    send(outgoing, { status: 200, headers: { 'content-type': 'application/json' }, text: '{"Status":200,' }),
  truncate: (outgoing, respond) => sendHalf(outgoing, respond()),
  lost_answer: (outgoing, respond) => {
    respond();
    outgoing.socket?.resetAndDestroy();
  },
  trickle: (outgoing, respond, wait) => sendByteByByte(outgoing, respond(), () => wait(BYTE_MS)),
};

function answerOf(fault: Fault, respond: () => SimulatedResponse): SimulatedResponse {
  return isScripted(fault) ? scriptedAnswer(fault) : altered(respond(), fault.replace, fault.headers);
}

/** Answers one request of the vendor's own interface, disturbed by the fault that fits it: first late, then wrong. */
async function play(
  request: SimulatedRequest,
  outgoing: ServerResponse,
  { simulator, faults, journal }: Controlled,
  wait: (ms: number) => Promise<void>,
): Promise<void> {
  journal.add(request);
  const fault = faults.take(request);
  if (fault?.delay_ms) await wait(fault.delay_ms);
  const respond = () => simulator.respond(request);
  if (fault?.fault) await DISTURBANCES[fault.fault](outgoing, respond, wait);
  else send(outgoing, fault ? answerOf(fault, respond) : respond());
}

/**
 * Plays a vendor over real HTTP on loopback, with `/_sandbox/faults`, `/_sandbox/state` and `/_sandbox/requests`
 * to disturb and to watch it. Rejects when the port is taken.
 */
export async function startSimulator(
  definition: SimulatorDefinition,
  seed: SimulatorSeed,
  { clock, log = silentLog, port = 0 }: SimulatorOptions,
): Promise<RunningSimulator> {
  const simulator = definition.create(seed, clock);
  const controlled: Controlled = { simulator, faults: new Faults(), journal: new RequestJournal() };
  const closing = new AbortController();
  let underWay = 0;

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    underWay += 1;
    // Given up by the visitor counts as ended: it waits for nothing any more.
    outgoing.once('close', () => {
      underWay -= 1;
    });
    // Node would tell the machine's time, whatever the simulator's clock says.
    outgoing.setHeader('date', new Date(clock.now()).toUTCString());
    const request = await readRequest(incoming, underWay);
    if (!request) return send(outgoing, { status: 413 });
    if (isControlRequest(request.path)) return send(outgoing, respondToControl(request, controlled));
    await play(request, outgoing, controlled, (ms) => delay(clock, ms, closing.signal));
  }

  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing).catch((error: unknown) => {
      if (closing.signal.aborted || outgoing.destroyed) return outgoing.destroy();
      log.error({ error, kind: definition.kind, path: incoming.url }, 'a simulator failed');
      return outgoing.headersSent ? outgoing.destroy() : send(outgoing, { status: 500 });
    });
  });
  // An idle connection that ends on its own would look like a reset of the vendor.
  server.keepAliveTimeout = 0;

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  server.on('error', (error) => log.error({ error, kind: definition.kind }, 'a simulator failed to accept'));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      closing.abort(new Error('the simulator closes'));
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
