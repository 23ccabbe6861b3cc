import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Bus } from '#bus/bus.ts';
import type { Client } from '#bus/client.ts';
import { Connection } from '#bus/connection.ts';
import { holderOf } from '#bus/holder.ts';
import type { Session } from '#bus/session.ts';
import { Failure } from '#core/failure.ts';
import type { BodyRoom } from './http-body.ts';

/** What the requests of one socket share, each of which is a session of its own: they may be sent without waiting for answers. */
export class HttpConnection {
  readonly identity = new Connection();
  readonly #bus: Bus;
  readonly #socket: Socket;
  readonly #maxQueuedBytes: number;
  readonly #sessions = new Set<Session>();
  #queuedBytes = 0;

  constructor(bus: Bus, socket: Socket, maxQueuedBytes: number) {
    this.#bus = bus;
    this.#socket = socket;
    this.#maxQueuedBytes = maxQueuedBytes;
    // A response is told of it only when its turn has come, which may be never.
    socket.once('close', () => {
      for (const session of this.#sessions) session.end();
    });
  }

  /** Ends the session with its response, or with the connection. */
  add(session: Session, response: ServerResponse): void {
    this.#sessions.add(session);
    response.on('close', () => {
      this.#sessions.delete(session);
      session.end();
    });
  }

  /** Counts an answer until it has left: a client that does not read what was there before is cut off, however long this one is. */
  written(response: ServerResponse, bytes: number, client: string): void {
    const queued = this.#queuedBytes;
    this.#queuedBytes += bytes;
    response.once('finish', () => {
      this.#queuedBytes -= bytes;
    });
    if (queued <= this.#maxQueuedBytes || this.#socket.destroyed) return;
    this.#bus.log.warn({ client, queued }, 'slow consumer disconnected');
    this.#socket.destroy();
  }

  /** Where the body of a request is counted that shows this much of who sends it. */
  roomOf(client: Client | Failure): BodyRoom {
    const { admission, clients } = this.#bus;
    const sender = client instanceof Failure ? clients.anonymous : client;
    const holder = holderOf(sender, this.identity, clients);
    return {
      take: (bytes) => admission.take(holder, 0, bytes),
      give: (bytes) => admission.give(holder, 0, bytes),
    };
  }
}

/** The connections over which HTTP requests come. */
export class HttpConnections {
  readonly #bus: Bus;
  readonly #maxQueuedBytes: number;
  readonly #bySocket = new WeakMap<Socket, HttpConnection>();

  constructor(bus: Bus, maxQueuedBytes: number) {
    this.#bus = bus;
    this.#maxQueuedBytes = maxQueuedBytes;
  }

  of(socket: Socket): HttpConnection {
    const known = this.#bySocket.get(socket);
    if (known) return known;
    const connection = new HttpConnection(this.#bus, socket, this.#maxQueuedBytes);
    this.#bySocket.set(socket, connection);
    return connection;
  }
}
