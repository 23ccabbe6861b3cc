import type { Duplex } from 'node:stream';
import type { Dialect } from '#protocol/frame.ts';
import { refuseUpgrade } from './http-answer.ts';
import type { PendingAnswers } from './pending-answers.ts';
import { malformed } from './request-check.ts';

/** `CONNECT`: what follows is meant for another host. */
export const TUNNEL = 'CONNECT';

/** What Node's parser says of a request that is none, by status (RFC 9110 15.5.9, RFC 6585 5). */
const UNREADABLE: Readonly<Record<string, { status: number; description: string }>> = {
  HPE_HEADER_OVERFLOW: { status: 431, description: 'заголовки HTTP слишком длинные' },
  [TUNNEL]: { status: 501, description: 'метода CONNECT здесь нет: это не прокси' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, description: 'запрос HTTP не пришёл целиком вовремя' },
};

/** What comes after a request that was the last one, by its own words: it is to be ignored (RFC 9112 9.6). */
const AFTER_THE_LAST = 'HPE_CLOSED_CONNECTION';

/**
 * Refuses what is no HTTP request, and ends its connection. Answers go by their order alone: a refusal that came before
 * the answers to earlier requests would be taken for one of them, and a change would pass for refused that is made.
 */
export class UnreadableRequests {
  readonly #socket: Duplex;
  readonly #answers: PendingAnswers;
  #isRefused = false;

  constructor(socket: Duplex, answers: PendingAnswers) {
    this.#socket = socket;
    this.#answers = answers;
  }

  /** Something unreadable has come; whatever follows it is no request either. */
  get isRefused(): boolean {
    return this.#isRefused;
  }

  /** `code` is that of Node's error, or {@link TUNNEL}. */
  refuse(code: string, dialect: Dialect): void {
    // Who sends no more counts as gone, in the middle of a request as well as after one.
    if (this.#socket.readableEnded && this.#answers.areUnderWay) return void this.#socket.end();
    if (code === AFTER_THE_LAST || this.#isRefused) return;
    if (!this.#socket.writable) return void this.#socket.destroy();
    this.#isRefused = true;
    const { status, description } = UNREADABLE[code] ?? { status: 400, description: 'это не запрос HTTP' };
    this.#answers.onceNone(() => {
      // One of them was the last one.
      if (!this.#socket.writable) return;
      // What is unreadable may be the rest of a request that has its answer by then.
      if (this.#answers.broken?.headersSent) this.#socket.end();
      else refuseUpgrade(this.#socket, dialect, status, malformed(description));
    });
  }
}
