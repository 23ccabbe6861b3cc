import { fileURLToPath } from 'node:url';
import type { Bus } from '#bus/bus.ts';
import type { Config } from '#config.ts';
import { Failure } from '#core/failure.ts';
import { createAvqDialect } from '#protocol/avq.ts';
import { createSockJsBridgeDialect } from '#protocol/sockjs-bridge.ts';
import { createTcpBridgeDialect } from '#protocol/tcp-bridge.ts';
import { clientOf } from '#transports/credentials.ts';
import { createEventBusRoute } from '#transports/eventbus-route.ts';
import { createFilesRoute, type FilesRouteOptions } from '#transports/files-route.ts';
import { listenHttp } from '#transports/http.ts';
import { ConnectionLimit, type Endpoint, type Listener } from '#transports/listener.ts';
import { createProbeRoute, createSchemaRoute } from '#transports/probe-routes.ts';
import { listenTcp, type TcpOptions } from '#transports/tcp.ts';
import { createTsrvRoute } from '#transports/tsrv-route.ts';

const SCHEMAS = fileURLToPath(new URL('../schemas', import.meta.url));

export type ListenersOptions = {
  readonly config: Config;
  readonly bus: Bus;
  readonly version: string;
  readonly sandbox: boolean;
  readonly isReady: () => boolean;
  readonly findFile: FilesRouteOptions['find'];
};

export type ListenerName = keyof Config['listen'];

/** A listener that could not be opened, with its key in the configuration. */
export class ListenError extends Error {
  readonly listener: ListenerName;
  /** `127.0.0.1:1828`, or the path of a Unix domain socket. */
  readonly address: string;
  /** `listen.http.port` */
  readonly key: string;
  /** The system's code, `EADDRINUSE`. */
  readonly code: string;

  constructor(name: ListenerName, { host, port, path }: Endpoint, cause: unknown) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    const why = code === 'EADDRINUSE' ? 'is taken' : `cannot be bound (${code})`;
    const address = path ?? `${host}:${port}`;
    const key = `listen.${name}.${path === undefined ? 'port' : 'path'}`;
    super(`${name}: ${address} ${why}; change ${key}, or set listen.${name}: false`, { cause });
    this.name = 'ListenError';
    this.listener = name;
    this.address = address;
    this.key = key;
    this.code = code;
  }
}

/** Opens what the configuration says; what was opened is closed again when one of them fails. */
export async function openListeners(options: ListenersOptions): Promise<Record<string, Listener>> {
  const { http, avqTcp, vertxTcp } = options.config.listen;
  const connections = new ConnectionLimit(options.config.limits.maxConnections);
  const opened: Record<string, Listener> = {};
  const open = async (name: ListenerName, endpoint: Endpoint, listen: () => Promise<Listener>) => {
    try {
      opened[name] = await listen();
    } catch (error) {
      await Promise.all(Object.values(opened).map((listener) => listener.close()));
      throw new ListenError(name, endpoint, error);
    }
  };
  if (http) await open('http', http, () => openHttp(options, http, connections));
  if (avqTcp) await open('avqTcp', avqTcp, () => openAvqTcp(options, avqTcp, connections));
  if (vertxTcp) await open('vertxTcp', vertxTcp, () => openVertxTcp(options, vertxTcp, connections));
  return opened;
}

type Http = Exclude<Config['listen']['http'], false>;
type AvqTcp = Exclude<Config['listen']['avqTcp'], false>;
type VertxTcp = Exclude<Config['listen']['vertxTcp'], false>;

function openHttp(
  { config, bus, version, sandbox, isReady, findFile }: ListenersOptions,
  http: Http,
  connections: ConnectionLimit,
): Promise<Listener> {
  const { limits } = config;
  const dialect = createAvqDialect(limits);
  const {
    maxMessageBytes,
    maxFragments,
    maxConnections,
    maxQueuedBytesPerConnection: maxQueuedBytes,
  } = limits;
  const about = { version, ...(sandbox && { sandbox: true }) };
  return listenHttp({
    bus,
    endpoint: http,
    tls: http.tls,
    connections,
    originRules: http,
    dialect,
    routes: [
      createTsrvRoute({ bus, dialect, maxMessageBytes, maxFragments, maxQueuedBytes }),
      createEventBusRoute({
        bus,
        dialect: createSockJsBridgeDialect({ ...http.eventbus, maxDepth: limits.maxDepth }),
        httpDialect: dialect,
        maxMessageBytes,
        maxFragments,
        maxQueuedBytes,
        maxConnections,
        legacyTransports: http.eventbus.legacyTransports,
      }),
      createFilesRoute({ dialect, log: bus.log, clients: () => bus.clients, find: findFile }),
      createProbeRoute('/healthz', () => ({ status: 200, body: { status: 'ok', ...about } })),
      createProbeRoute('/readyz', () =>
        isReady()
          ? { status: 200, body: { status: 'ready', ...about } }
          : { status: 503, body: { status: 'not ready' } },
      ),
      createSchemaRoute({
        directory: SCHEMAS,
        dialect,
        refusal(request) {
          const client = clientOf(request, bus.clients);
          if (client instanceof Failure) return client;
          return bus.clients.required && !client.authenticated
            ? new Failure('BUS_NOT_AUTHENTICATED')
            : undefined;
        },
      }),
    ],
  });
}

function openAvqTcp(
  { config, bus }: ListenersOptions,
  tcp: AvqTcp,
  connections: ConnectionLimit,
): Promise<Listener> {
  const dialect = createAvqDialect(config.limits);
  return listenTcp({
    ...tcpOptions(config, tcp),
    connections,
    bus,
    dialect,
    via: 'tcp',
    legacyPing: tcp.legacyPing,
  });
}

function openVertxTcp(
  { config, bus }: ListenersOptions,
  tcp: VertxTcp,
  connections: ConnectionLimit,
): Promise<Listener> {
  const dialect = createTcpBridgeDialect({ ...tcp, maxDepth: config.limits.maxDepth });
  return listenTcp({
    ...tcpOptions(config, tcp),
    connections,
    bus,
    dialect,
    via: 'tcp-bridge',
    legacyPing: false,
  });
}

function tcpOptions(
  { limits }: Config,
  tcp: AvqTcp | VertxTcp,
): Pick<TcpOptions, 'endpoint' | 'tls' | 'maxMessageBytes' | 'maxQueuedBytes'> {
  return {
    endpoint: tcp,
    tls: tcp.tls,
    maxMessageBytes: limits.maxMessageBytes,
    maxQueuedBytes: limits.maxQueuedBytesPerConnection,
  };
}
