import { connect, type Socket } from 'node:net';
import { WebSocket } from 'ws';

export type Load = {
  readonly transport: 'websocket' | 'tcp';
  readonly port: number;
  readonly connections: number;
  /** Requests in flight on every connection. */
  readonly window: number;
  readonly messages: number;
};

/** About 300 bytes, as a terminal sends them. */
export const MESSAGE = JSON.stringify({
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

/** Sends the messages with a window on every connection; resolves when all are answered. */
export async function run(load: Load): Promise<void> {
  const each = Math.ceil(load.messages / load.connections);
  const drive = load.transport === 'websocket' ? driveWebSocket : driveTcp;
  await Promise.all(Array.from({ length: load.connections }, () => drive(load, each)));
}

function driveWebSocket({ port, window }: Load, messages: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const webSocket = new WebSocket(`ws://127.0.0.1:${port}/tsrv`, { perMessageDeflate: false });
    let sent = Math.min(window, messages);
    let answered = 0;
    webSocket.on('error', reject);
    webSocket.on('open', () => {
      for (let index = 0; index < sent; index++) webSocket.send(MESSAGE);
    });
    webSocket.on('message', () => {
      answered += 1;
      if (sent < messages) {
        sent += 1;
        webSocket.send(MESSAGE);
      } else if (answered === messages) {
        webSocket.close();
        resolve();
      }
    });
  });
}

const FRAME = Buffer.concat([Buffer.alloc(4), Buffer.from(MESSAGE)]);
FRAME.writeInt32BE(FRAME.length - 4);

function driveTcp({ port, window }: Load, messages: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(port, '127.0.0.1');
    socket.setNoDelay(true);
    let sent = Math.min(window, messages);
    let answered = 0;
    let held: Buffer = Buffer.alloc(0);
    socket.on('error', reject);
    socket.on('connect', () => socket.write(Buffer.concat(Array.from({ length: sent }, () => FRAME))));
    socket.on('data', (chunk: Buffer) => {
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      let more = 0;
      while (held.length >= 4 && held.length >= 4 + held.readInt32BE(0)) {
        held = held.subarray(4 + held.readInt32BE(0));
        answered += 1;
        if (sent + more < messages) more += 1;
      }
      sent += more;
      if (more > 0) socket.write(Buffer.concat(Array.from({ length: more }, () => FRAME)));
      if (answered < messages) return;
      socket.end();
      resolve();
    });
  });
}
