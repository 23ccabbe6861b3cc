import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { Failure } from '#core/failure.ts';
import type { Dialect } from '#protocol/frame.ts';
import { refuseUpgrade } from './http-answer.ts';

/** What Node's parser says of a request that is none, by status (RFC 9110 15.5.9, RFC 6585 5). */
const UNREADABLE: Readonly<Record<string, { status: number; description: string }>> = {
  HPE_HEADER_OVERFLOW: { status: 431, description: 'заголовки HTTP слишком длинные' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, description: 'запрос HTTP не пришёл целиком вовремя' },
};

/** What comes after a request that was the last one, by its own words: it is to be ignored (RFC 9112 9.6). */
const AFTER_THE_LAST = 'HPE_CLOSED_CONNECTION';

/** The answers one connection waits for. */
class ConnectionAnswers {
  readonly #pending = new Set<ServerResponse>();
  #latest: ServerResponse | undefined;
  #refuse: (() => void) | undefined;

  add(response: ServerResponse): void {
    this.#latest = response;
    this.#pending.add(response);
    response.once('close', () => {
      this.#pending.delete(response);
      // One whose body is still to come may yet turn out unreadable.
      if (this.#latest === response && response.req.complete) this.#latest = undefined;
      this.#goOn();
    });
  }

  /** Something unreadable has come before; whatever follows it is no request either. */
  get isRefused(): boolean {
    return this.#refuse !== undefined;
  }

  /** Requests read whole before still wait for answers. */
  get hasPending(): boolean {
    const broken = this.#broken;
    const isBrokenPending = broken !== undefined && !broken.headersSent && this.#pending.has(broken);
    return this.#pending.size > (isBrokenPending ? 1 : 0);
  }

  /** Calls `refuse` once all before is answered, `close` instead where the unreadable request has its answer by then. */
  refuseLast(refuse: () => void, close: () => void): void {
    this.#refuse = () => (this.#broken?.headersSent ? close() : refuse());
    this.#goOn();
  }

  /** The request whose body is unreadable: nobody else answers it. */
  get #broken(): ServerResponse | undefined {
    return this.#latest?.req.complete === false ? this.#latest : undefined;
  }

  #goOn(): void {
    if (!this.hasPending) this.#refuse?.();
  }
}

/**
 * Refuses what is no HTTP request, and ends its connection. Answers go by their order alone: a refusal that came before
 * the answers to earlier requests would be taken for one of them, and a change would pass for refused that is made.
 */
export class UnreadableRequests {
  readonly #dialect: Dialect;
  readonly #bySocket = new WeakMap<Duplex, ConnectionAnswers>();

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  /** Tells of the answer to a request that was read; to be called in their order, before any of them waits for its turn. */
  expect(response: ServerResponse): void {
    const { socket } = response.req;
    const known = this.#bySocket.get(socket);
    const answers = known ?? new ConnectionAnswers();
    if (!known) this.#bySocket.set(socket, answers);
    answers.add(response);
  }

  refuse(socket: Duplex, error: Error): void {
    const answers = this.#bySocket.get(socket) ?? new ConnectionAnswers();
    const code = 'code' in error ? String(error.code) : '';
    // Who sends no more counts as gone, in the middle of a request as well as after one.
    if (socket.readableEnded && answers.hasPending) return void socket.end();
    if (code === AFTER_THE_LAST || answers.isRefused) return;
    if (!socket.writable) return void socket.destroy();
    const { status, description } = UNREADABLE[code] ?? { status: 400, description: 'это не запрос HTTP' };
    const failure = new Failure('BUS_MALFORMED_MESSAGE', { description });
    answers.refuseLast(
      () => refuseUpgrade(socket, this.#dialect, status, failure),
      () => socket.end(),
    );
  }
}
