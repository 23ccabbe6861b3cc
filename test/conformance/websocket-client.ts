import { type ClientOptions, WebSocket } from 'ws';

export type Ending = { readonly code: number; readonly reason: string };

/** A WebSocket client whose messages are awaited one by one. */
export class WebSocketClient {
  readonly socket: WebSocket;
  readonly #messages: { text: string; binary: boolean }[] = [];
  readonly closed: Promise<Ending>;
  #wake: () => void = () => {};

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data, binary) => {
      this.#messages.push({ text: data.toString(), binary });
      this.#wake();
    });
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => {
        resolve({ code, reason: reason.toString() });
        this.#wake();
      });
    });
  }

  /** `url` may be an http one. */
  static open(url: string, options: ClientOptions = {}): Promise<WebSocketClient> {
    const socket = new WebSocket(url.replace(/^http/, 'ws'), options);
    const client = new WebSocketClient(socket);
    return new Promise((resolve, reject) => {
      socket.on('open', () => resolve(client));
      socket.on('error', reject);
    });
  }

  send(data: string | Buffer): void {
    this.socket.send(data);
  }

  async message(): Promise<{ text: string; binary: boolean }> {
    for (;;) {
      const next = this.#messages.shift();
      if (next) return next;
      if (this.socket.readyState === WebSocket.CLOSED) throw new Error('closed without a further message');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async text(): Promise<string> {
    return (await this.message()).text;
  }

  close(): void {
    this.socket.close();
  }
}
