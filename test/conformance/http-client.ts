import {
  Agent,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request,
} from 'node:http';
import { connect, type Socket } from 'node:net';

export type Answer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

type Call = { readonly headers?: OutgoingHttpHeaders; readonly body?: string };

/** One request on a connection of its own, read to its end. */
export async function call(method: string, url: string, options: Call = {}): Promise<Answer> {
  const stream = await openStream(method, url, options);
  return { status: stream.status, headers: stream.headers, body: await stream.text.rest() };
}

export type OpenStream = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: TextReader;
  /** Cuts the connection, as a network error would. */
  abort(): void;
};

/** One request whose response is read piece by piece. */
export function openStream(
  method: string,
  url: string,
  { headers, body = '' }: Call = {},
): Promise<OpenStream> {
  return new Promise((resolve, reject) => {
    const bodiless = method === 'GET' || method === 'OPTIONS' || headers?.['Transfer-Encoding'] !== undefined;
    const length = bodiless ? {} : { 'Content-Length': Buffer.byteLength(body) };
    const outgoing = request(url, { method, headers: { ...length, ...headers }, agent: new Agent() });
    outgoing.on('response', (response: IncomingMessage) => {
      const text = new TextReader();
      response.setEncoding('utf8');
      response.on('data', (piece: string) => text.push(piece));
      response.on('close', () => text.end());
      response.on('error', () => text.end());
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        text,
        abort: () => outgoing.destroy(),
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Text that arrives in pieces of no importance, read in pieces of a known length. */
class TextReader {
  #buffered = '';
  #ended = false;
  #wake: () => void = () => {};

  push(piece: string): void {
    this.#buffered += piece;
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** The next `length` characters, or fewer at the end. */
  async next(length: number): Promise<string> {
    while (this.#buffered.length < length && !this.#ended) await this.#more();
    return this.#take(length);
  }

  /** Up to and including `mark`, or all there is at the end. */
  async through(mark: string): Promise<string> {
    while (!this.#buffered.includes(mark) && !this.#ended) await this.#more();
    const index = this.#buffered.indexOf(mark);
    return this.#take(index === -1 ? this.#buffered.length : index + mark.length);
  }

  /** Everything until the end, which is awaited: an open response never resolves this. */
  async rest(): Promise<string> {
    while (!this.#ended) await this.#more();
    return this.#take(this.#buffered.length);
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #take(length: number): string {
    const taken = this.#buffered.slice(0, length);
    this.#buffered = this.#buffered.slice(length);
    return taken;
  }
}

export type RawHead = {
  readonly status: number;
  readonly version: string;
  readonly headers: Record<string, string>;
};

/** HTTP as it is on the wire, for what node:http would put right silently. Latin-1 text. */
export class RawConnection {
  readonly text = new TextReader();
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('latin1');
    socket.on('data', (piece: string) => this.text.push(piece));
    socket.on('close', () => this.text.end());
    socket.on('error', () => this.text.end());
  }

  static open(url: string): Promise<RawConnection> {
    const { hostname, port } = new URL(url);
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => resolve(new RawConnection(socket)));
      socket.on('error', reject);
    });
  }

  /** Resolves when the kernel has the request: the server will read it before anything sent later. */
  write(method: string, url: string, version: string, headers: Record<string, string> = {}): Promise<void> {
    const [, host = '', target = '/'] = /^http:\/\/([^/]*)(.*)/.exec(url) ?? []; // not tidied up as URL would
    const all = { Host: host, ...(method === 'POST' ? { 'Content-Length': '0' } : {}), ...headers };
    const lines = [
      `${method} ${target} HTTP/${version}`,
      ...Object.entries(all).map((pair) => pair.join(': ')),
    ];
    return new Promise((resolve) => this.#socket.write(`${lines.join('\r\n')}\r\n\r\n`, () => resolve()));
  }

  async head(): Promise<RawHead> {
    const [first = '', ...lines] = (await this.text.through('\r\n\r\n')).trimEnd().split('\r\n');
    const [, version = '', status = ''] = /^HTTP\/(\S+) (\d+)/.exec(first) ?? [];
    const headers = Object.fromEntries(
      lines.map((line) => [line.split(':', 1)[0]?.toLowerCase(), line.replace(/^[^:]*: */, '')]),
    );
    return { status: Number(status), version, headers };
  }

  async chunk(): Promise<string> {
    const size = Number.parseInt(await this.text.through('\r\n'), 16);
    return (await this.text.next(size + 2)).slice(0, -2);
  }

  /** Reads no more, so that the server's writes pile up. */
  pause(): void {
    this.#socket.pause();
  }

  abort(): void {
    this.#socket.destroy();
  }
}

/** Asks again until the answer is another one: what it waits for is already on its way to the server. */
export async function until(
  ask: () => Promise<string>,
  wanted: (answer: string) => boolean,
): Promise<string> {
  for (;;) {
    const answer = await ask();
    if (wanted(answer)) return answer;
  }
}
