import { onTestFinished } from 'vitest';
import type { Rule } from '#bus/access.ts';
import { Bus } from '#bus/bus.ts';
import { type ClientsConfig, createClients } from '#bus/client.ts';
import type { Delivery } from '#bus/delivery.ts';
import type { BridgeHook } from '#bus/hooks.ts';
import { LocalEngine } from '#bus/local-engine.ts';
import type { Services } from '#bus/services.ts';
import type { BusLimits } from '#bus/shared-bus.ts';
import { type Clock, systemClock } from '#core/clock.ts';
import { type Log, silentLog } from '#core/log.ts';
import { type Headers, NO_HEADERS } from '#core/message.ts';
import { createAvqDialect } from '#protocol/avq.ts';
import type { BridgeOptions } from '#protocol/bridge-message.ts';
import { createSockJsBridgeDialect, type SockJsBridgeOptions } from '#protocol/sockjs-bridge.ts';
import { createTcpBridgeDialect } from '#protocol/tcp-bridge.ts';
import { createEventBusRoute } from '#transports/eventbus-route.ts';
import { listenHttp } from '#transports/http.ts';
import { ConnectionLimit, type TlsMaterial } from '#transports/listener.ts';
import { listenTcp } from '#transports/tcp.ts';
import { createTsrvRoute } from '#transports/tsrv-route.ts';

export type BridgeBusOptions = {
  readonly inbound?: readonly Rule[];
  readonly outbound?: readonly Rule[];
  /** Where they are given, `inbound` and `outbound` are for nobody. */
  readonly clients?: ClientsConfig;
  readonly hook?: BridgeHook;
  readonly clock?: Clock;
  readonly log?: Log;
  readonly sockJs?: Partial<SockJsBridgeOptions>;
  readonly tcp?: Partial<BridgeOptions>;
  readonly tls?: TlsMaterial;
  readonly services?: Partial<Services>;
  readonly limits?: Partial<BusLimits>;
  readonly maxMessageBytes?: number;
  readonly maxQueuedBytes?: number;
  readonly maxConnections?: number;
  readonly legacyPing?: boolean;
};

/** The reference's defaults. */
export const BRIDGE_DEFAULTS = {
  maxDepth: 64,
  replyTimeoutMs: 30_000,
  maxHandlersPerSocket: 1000,
  maxAddressLength: 200,
  correlatedErrors: false,
  registerAcknowledgement: false,
};

const NO_SERVICES: Services = {
  serves: () => false,
  isConsumer: () => false,
  permits: () => false,
  jobEvent: (_client, event) => event,
  handle() {},
};

/** Everything may be sent anywhere and listened to: the empty rule both ways. */
export const ALL_ACCESS: BridgeBusOptions = { inbound: [{}], outbound: [{}] };

function createBus(options: BridgeBusOptions, clock: Clock): Bus {
  const { inbound = [], outbound = [], hook, log = silentLog } = options;
  return new Bus({
    engine: new LocalEngine({ clock, log }),
    services: { ...NO_SERVICES, ...options.services },
    clients: createClients(
      options.clients ?? { clients: [], anonymous: { inbound, outbound, personalData: false } },
    ),
    clock,
    log,
    limits: {
      maxInFlightPerConnection: 1000,
      maxInFlight: 20_000,
      maxInFlightBytes: 268_435_456,
      perClientPerSecond: null,
      ...options.limits,
    },
    hook,
  });
}

/** A bus with every listener on a free port and nothing behind it; gone when the test is. */
export async function startBridgeBus(options: BridgeBusOptions = ALL_ACCESS) {
  const { clock = systemClock, tls } = options;
  const { maxMessageBytes = 262_144, maxQueuedBytes = 4_194_304, legacyPing = false } = options;
  const bus = createBus(options, clock);
  const avq = createAvqDialect({ maxDepth: 64 });
  const endpoint = { host: '127.0.0.1', port: 0 };
  const connections = new ConnectionLimit(options.maxConnections ?? 1000);
  const bounds = { maxMessageBytes, maxQueuedBytes, maxFragments: 64, maxConnections: 1000 };
  const sockJs = createSockJsBridgeDialect({
    ...BRIDGE_DEFAULTS,
    pingTimeoutMs: 10_000,
    anyFrameIsLiveness: false,
    ...options.sockJs,
  });
  const tcp = createTcpBridgeDialect({ ...BRIDGE_DEFAULTS, ...options.tcp });
  const listeners = await Promise.all([
    listenHttp({
      bus,
      endpoint,
      tls,
      connections,
      originRules: { origins: [], hosts: [] },
      dialect: avq,
      routes: [
        createTsrvRoute({ bus, dialect: avq, ...bounds }),
        createEventBusRoute({ bus, dialect: sockJs, httpDialect: avq, ...bounds }),
      ],
    }),
    listenTcp({
      bus,
      dialect: tcp,
      via: 'tcp-bridge',
      endpoint,
      tls,
      legacyPing: false,
      connections,
      ...bounds,
    }),
    listenTcp({ bus, dialect: avq, via: 'tcp', endpoint, tls, legacyPing, connections, ...bounds }),
  ]);
  const [httpPort, tcpPort, avqPort] = listeners.map((listener) => listener.endpoint.port);
  onTestFinished(async () => {
    bus.close();
    await Promise.all(listeners.map((listener) => listener.close()));
  });
  return {
    bus,
    engine: bus.engine,
    url: `http://127.0.0.1:${httpPort}`,
    tcpPort: tcpPort ?? 0,
    avqPort: avqPort ?? 0,
  };
}

export type BridgeBus = Awaited<ReturnType<typeof startBridgeBus>>;

/** A consumer in the bus's own process, whose deliveries are awaited one by one. */
export function consume({ engine }: Pick<BridgeBus, 'engine'>, address: string) {
  const inbox = createInbox<Delivery>();
  const registration = engine.register(address, inbox.put);
  return { next: inbox.next, waiting: inbox.waiting, unregister: () => registration.unregister() };
}

/** A consumer that answers with the body it was sent. */
export function echo({ engine }: Pick<BridgeBus, 'engine'>, address: string): void {
  engine.register(address, ({ body, respond }) => respond?.({ body, headers: NO_HEADERS }));
}

/** Sends from within the bus's process and resolves with the answer, whichever it is. */
export function ask(
  { engine }: Pick<BridgeBus, 'engine'>,
  address: string,
  body: unknown,
  headers: Headers = NO_HEADERS,
) {
  return new Promise<import('#bus/delivery.ts').Outcome>((resolve) => {
    engine.request({ address, body, headers }, 30_000, resolve);
  });
}

/** Things that arrive, awaited one by one in their order. */
export function createInbox<T>() {
  const arrived: T[] = [];
  const wanted: ((thing: T) => void)[] = [];
  return {
    put: (thing: T): void => {
      const want = wanted.shift();
      if (want) want(thing);
      else arrived.push(thing);
    },
    next: (): Promise<T> => {
      const thing = arrived.shift();
      return thing === undefined ? new Promise((resolve) => wanted.push(resolve)) : Promise.resolve(thing);
    },
    /** How many have arrived and not been asked for. */
    waiting: () => arrived.length,
  };
}
