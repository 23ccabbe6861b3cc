import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Bus } from '#bus/bus.ts';
import type { Client } from '#bus/client.ts';
import { Connection } from '#bus/connection.ts';
import { holderOf } from '#bus/holder.ts';
import type { Session } from '#bus/session.ts';
import { Failure } from '#core/failure.ts';
import type { Log } from '#core/log.ts';
import type { Dialect } from '#protocol/frame.ts';
import { type BodyLimits, type BodyRoom, type ReadBody, readBody } from './http-body.ts';
import { PendingAnswers } from './pending-answers.ts';
import { QueueGauge } from './queue-gauge.ts';
import { RequestTurns } from './request-turns.ts';
import { UnreadableRequests } from './unreadable-requests.ts';
import { costOf, WaitingRequests } from './waiting-requests.ts';

/** Whose answers may wait to be written, and how many bytes of them. */
export type AnswerLimit = { readonly client: string; readonly maxQueuedBytes: number; readonly log: Log };

/** What the requests of one socket share: they may be sent without waiting for answers. Those to the bus are a session each. */
export class HttpConnection {
  static readonly #bySocket = new WeakMap<Duplex, HttpConnection>();

  readonly identity = new Connection();
  readonly #socket: Duplex;
  readonly answers: PendingAnswers;
  /** What waits of it, for whatever reason, is counted here. */
  readonly waiting = new WaitingRequests();
  readonly #turns: RequestTurns;
  readonly #unreadable: UnreadableRequests;
  readonly #sessions = new Set<Session>();
  #queuedBytes = 0;
  #gauge: QueueGauge | undefined;
  #last: ServerResponse | undefined;

  private constructor(socket: Duplex) {
    this.#socket = socket;
    this.answers = new PendingAnswers(socket);
    this.#turns = new RequestTurns(socket, this.answers);
    this.#unreadable = new UnreadableRequests(socket, this.answers);
    // A response is told of it only when its turn has come, which may be never.
    socket.once('close', () => {
      for (const session of this.#sessions) session.end();
      this.waiting.clear();
    });
  }

  /** The same one for every request of a socket. */
  static of(socket: Duplex): HttpConnection {
    const known = HttpConnection.#bySocket.get(socket);
    if (known) return known;
    const connection = new HttpConnection(socket);
    HttpConnection.#bySocket.set(socket, connection);
    return connection;
  }

  /**
   * Calls `serve` when it is the request's turn, unless its answer will never leave; to be called with every request of the
   * socket, in their order. One that waits is counted in the connection's room, which the first of them finds: false when
   * there is none, and the connection is to be cut.
   */
  take(response: ServerResponse, serve: () => void, findRoom: () => BodyRoom): boolean {
    let isServed = false;
    let counted = 0;
    const begin = () => {
      // Node keeps it as long as the connection.
      if (this.#isInVain(response)) return;
      isServed = true;
      this.waiting.leave(counted);
      serve();
    };
    // Node reads on after a time-out, and the refusal would cut off the answer to what comes then.
    if (!this.#unreadable.isRefused) {
      this.answers.expect(response);
      this.#turns.take(begin);
    }
    if (isServed) return true;
    const bytes = costOf(response.req);
    if (!this.waiting.enter(bytes, findRoom)) return false;
    counted = bytes;
    return true;
  }

  /** {@link readBody} of a request, unless its answer will never leave by then. */
  readBody(
    request: IncomingMessage,
    response: ServerResponse,
    limits: BodyLimits,
    done: (body: ReadBody) => void,
  ): void {
    readBody(request, limits, (body) => {
      if (!this.#isInVain(response)) done(body);
    });
  }

  /** Ends the connection with a refusal of what is no request, after the answers to all that were. */
  refuse(code: string, dialect: Dialect): void {
    this.#unreadable.refuse(code, dialect);
  }

  /** This answer is the last one, and is to say so: nothing behind its request is carried out (RFC 9112 9.6). */
  endWith(response: ServerResponse): void {
    response.setHeader('connection', 'close');
    this.#last = response;
  }

  #isInVain(response: ServerResponse): boolean {
    if (this.#socket.destroyed) return true;
    // The last one may be known before requests that came earlier have been read.
    return this.#last !== undefined && this.answers.isBefore(this.#last, response);
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
  written(response: ServerResponse, bytes: number, { client, maxQueuedBytes, log }: AnswerLimit): void {
    this.#gauge ??= new QueueGauge(maxQueuedBytes, () => this.#queuedBytes);
    const isSlow = this.#gauge.isOverfull();
    const queued = this.#queuedBytes;
    this.#queuedBytes += bytes;
    response.once('finish', () => {
      this.#queuedBytes -= bytes;
    });
    if (!isSlow || this.#socket.destroyed) return;
    log.warn({ client, queued }, 'slow consumer disconnected');
    this.#socket.destroy();
  }

  /** Where the body of a request is counted that shows this much of who sends it. */
  roomOf(client: Client | Failure, { admission, clients }: Bus): BodyRoom {
    const sender = client instanceof Failure ? clients.anonymous : client;
    const holder = holderOf(sender, this.identity, clients);
    return {
      take: (bytes) => admission.take(holder, 0, bytes),
      give: (bytes) => admission.give(holder, 0, bytes),
    };
  }
}
