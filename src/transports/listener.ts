import type { Server as NetServer, Socket } from 'node:net';
import type { TlsOptions, Server as TlsServer } from 'node:tls';
import type { Log } from '#core/log.ts';
import { removeDeadSocket } from './unix-socket.ts';

/** After this much silence TCP asks whether the other end is still there: power cuts say no farewell (milliseconds). */
const KEEP_ALIVE_AFTER_MS = 30_000;

/** Where something listens, as it was bound. */
export type Endpoint = {
  readonly host: string;
  readonly port: number;
  /** A Unix domain socket instead of host and port. */
  readonly path?: string;
};

/** Certificates as PEM texts; `ca` with `clientAuth` asks clients for theirs. */
export type TlsMaterial = {
  readonly cert: string;
  readonly key: string;
  readonly ca?: string;
  readonly clientAuth: boolean;
};

/** A client without a certificate, or with one that nobody vouches for, may still show a secret. */
export function toTlsOptions({ cert, key, ca, clientAuth }: TlsMaterial): TlsOptions {
  return { cert, key, ...(ca !== undefined && { ca }), requestCert: clientAuth, rejectUnauthorized: false };
}

/** A bound socket that takes connections. */
export type Listener = {
  readonly endpoint: Endpoint;
  /** Takes no new connections from now on; the open ones stay. */
  refuseNew(): void;
  /** Cuts whatever is still open; resolves when the port is free. */
  close(): Promise<void>;
};

/**
 * Binds a server; rejects with the system's error (`EADDRINUSE`) when it cannot. What goes wrong later
 * (no file descriptors left to accept with) is logged, and the server goes on.
 */
export async function bind(server: NetServer | TlsServer, endpoint: Endpoint, log: Log): Promise<Endpoint> {
  const { host, port, path } = endpoint;
  if (path !== undefined) await removeDeadSocket(path);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path === undefined ? { host, port } : { path }, () => {
      server.off('error', reject);
      server.on('error', (error) => log.error({ error, ...endpoint }, 'a listener failed to accept'));
      const bound = server.address();
      resolve(typeof bound === 'object' && bound !== null ? { host, port: bound.port } : endpoint);
    });
  });
}

/** How many connections several servers may have together; what comes beyond is cut before anything is read. */
export class ConnectionLimit {
  readonly #max: number;
  readonly #servers: NetServer[] = [];
  #open = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** The server's connections count from now on; it tells of each by `opened` and `closed`. */
  bound(server: NetServer): void {
    this.#servers.push(server);
    this.#tell();
  }

  opened(): void {
    this.#open += 1;
    if (this.#open === this.#max) this.#tell();
  }

  closed(): void {
    this.#open -= 1;
    if (this.#open === this.#max - 1) this.#tell();
  }

  /** A server that may have none drops whoever comes, and keeps those it has. */
  #tell(): void {
    const allowed = this.#open >= this.#max ? 0 : this.#max;
    for (const server of this.#servers) server.maxConnections = allowed;
  }
}

/** Keeps the sockets of a server, so that they can be counted and cut, and finds out those that are dead. */
export function trackSockets(server: NetServer, limit: ConnectionLimit): Set<Socket> {
  const sockets = new Set<Socket>();
  limit.bound(server);
  server.on('connection', (socket: Socket) => {
    // An HTTP server is told again of one that it is given back.
    if (sockets.has(socket)) return;
    sockets.add(socket);
    socket.setKeepAlive(true, KEEP_ALIVE_AFTER_MS);
    limit.opened();
    socket.once('close', () => {
      sockets.delete(socket);
      limit.closed();
    });
  });
  return sockets;
}

/** The name in a client's certificate that was verified against `ca`; undefined without one. */
export function certificateName(socket: Socket): string | undefined {
  if (!('getPeerCertificate' in socket) || !('authorized' in socket) || socket.authorized !== true)
    return undefined;
  const { getPeerCertificate } = socket as unknown as { getPeerCertificate(): { subject?: { CN?: string } } };
  return getPeerCertificate.call(socket).subject?.CN;
}
