import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { encodeFrame, LengthPrefixDecoder } from '#protocol/length-prefix.ts';
import { corkForTick } from './tcp-echo.ts';

/** An answer of the bus, as far as the benches look at it. */
export type Answer = { readonly type: 'send' | 'error'; readonly data: { readonly name?: string } };

export type Request = {
  readonly address: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly data?: unknown;
};

const MAX_FRAME_BYTES = 64 * 1024 * 1024;

export function xReportOf(token: string, headers: Request['headers'] = {}): Request {
  return { address: 'ik.service.token.shift', headers: { action: 'get_x_report', token, ...headers } };
}

/** Of all registers, however long it takes. */
export const ALL_X_REPORTS: Request = {
  address: 'bus.reports',
  headers: { action: 'get_x_reports', timeout: '60000' },
  data: { group: 'all', deadline_ms: 60_000 },
};

/** A client that has any number of requests in flight over one TCP connection. */
export class AvqConnection {
  readonly #socket: Socket;
  readonly #cork: () => void;
  readonly #waiting = new Map<string, (answer: Answer) => void>();
  #lastAddress = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#cork = corkForTick(socket);
    const decoder = new LengthPrefixDecoder(MAX_FRAME_BYTES);
    // It may be closed while answers are on their way.
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => decoder.push(chunk, (frame) => this.#take(frame)));
  }

  static async open(port: number): Promise<AvqConnection> {
    const socket = connect(port, '127.0.0.1');
    socket.setNoDelay(true);
    await once(socket, 'connect');
    return new AvqConnection(socket);
  }

  /** Never rejects: a failure is an answer, too. */
  request({ address, headers, data = null }: Request): Promise<Answer> {
    this.#lastAddress += 1;
    const replyAddress = String(this.#lastAddress);
    const message = { type: 'send', address, reply_address: replyAddress, data, headers };
    return new Promise((resolve) => {
      this.#waiting.set(replyAddress, resolve);
      this.#cork();
      this.#socket.write(encodeFrame(JSON.stringify(message)));
    });
  }

  /** Whoever still waits is never answered. By a reset: the bus still answers a client that has only ended its half. */
  close(): void {
    this.#socket.resetAndDestroy();
  }

  #take(frame: Buffer): void {
    const { address, type, data } = JSON.parse(frame.toString());
    this.#waiting.get(address)?.({ type, data });
    this.#waiting.delete(address);
  }
}
