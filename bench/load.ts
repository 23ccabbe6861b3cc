import { connect, type Socket } from 'node:net';
import { WebSocket } from 'ws';

export type Load = {
  readonly port: number;
  readonly connections: number;
  /** Requests in flight on every connection. */
  readonly window: number;
  readonly messages: number;
};

/** How requests travel over one kind of connection, and how many answers a text holds. */
export type WebSocketProtocol = {
  readonly path: string;
  readonly request: string;
  answersIn(text: Buffer): number;
};

/** About 300 bytes, as a terminal sends them. */
export const AVQ_MESSAGE = JSON.stringify({
  type: 'send',
  address: 'ik.service.app',
  reply_address: '0b9f2f2e-6a0e-4a53-9a1d-3f6c8f6f1a01',
  data: null,
  headers: {
    action: 'version',
    token: 'AVQ11031010703',
    'tokens.refresh': 'false',
    terminal: 'x'.repeat(96),
  },
});

/** About 300 bytes, as a Vert.x client sends them. */
export const VERTX_MESSAGE = JSON.stringify({
  type: 'send',
  address: 'echo',
  headers: {},
  body: { terminal: 'x'.repeat(150) },
  replyAddress: '0b9f2f2e-6a0e-4a53-9a1d-3f6c8f6f1a01',
});

/** Drives every connection at once; resolves when all messages are answered. */
export async function onEvery(
  load: Load,
  drive: (load: Load, messages: number) => Promise<void>,
): Promise<void> {
  const each = Math.ceil(load.messages / load.connections);
  await Promise.all(Array.from({ length: load.connections }, () => drive(load, each)));
}

export function driveWebSocket(protocol: WebSocketProtocol) {
  return ({ port, window }: Load, messages: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const webSocket = new WebSocket(`ws://127.0.0.1:${port}${protocol.path}`, { perMessageDeflate: false });
      let sent = Math.min(window, messages);
      let answered = 0;
      webSocket.on('error', reject);
      webSocket.on('message', (text: Buffer) => {
        answered += protocol.answersIn(text);
        for (; sent < messages && sent - answered < window; sent++) webSocket.send(protocol.request);
        if (answered < messages) return;
        webSocket.close();
        resolve();
      });
      webSocket.on('open', () => {
        for (let index = 0; index < sent; index++) webSocket.send(protocol.request);
      });
    });
}

export function driveTcp(message: string) {
  const frame = Buffer.concat([Buffer.alloc(4), Buffer.from(message)]);
  frame.writeInt32BE(frame.length - 4);
  const frames = (count: number) => Buffer.concat(Array.from({ length: count }, () => frame));
  return ({ port, window }: Load, messages: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket: Socket = connect(port, '127.0.0.1');
      socket.setNoDelay(true);
      let sent = Math.min(window, messages);
      let answered = 0;
      let held: Buffer = Buffer.alloc(0);
      socket.on('error', reject);
      socket.on('connect', () => socket.write(frames(sent)));
      socket.on('data', (chunk: Buffer) => {
        held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
        while (held.length >= 4 && held.length >= 4 + held.readInt32BE(0)) {
          held = held.subarray(4 + held.readInt32BE(0));
          answered += 1;
        }
        const more = Math.min(messages - sent, window - (sent - answered));
        sent += more;
        if (more > 0) socket.write(frames(more));
        if (answered < messages) return;
        socket.end();
        resolve();
      });
    });
}
