import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import type { Bus } from '#bus/bus.ts';
import type { Client } from '#bus/client.ts';
import type { Dialect } from '#protocol/frame.ts';
import { refusal } from '#protocol/refusal.ts';
import { decodeUtf8 } from '#protocol/utf8.ts';
import { LoginDeadline } from './login-deadline.ts';
import { QueueLimit } from './queue-limit.ts';
import { readInTurns } from './read-turns.ts';
import { MAX_PENDING_PONGS, takeMessagesInTurns } from './websocket-turns.ts';
import { WriteBatch } from './write-batch.ts';

const GOING_AWAY = 1001;

export type WebSocketOptions = {
  readonly bus: Bus;
  readonly dialect: Dialect;
  readonly maxMessageBytes: number;
  readonly maxFragments: number;
  readonly maxQueuedBytes: number;
};

/** Upgrades requests to WebSockets that carry one Message a frame. */
export type WebSocketEndpoint = {
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer, client: Client): void;
};

export function createWebSocketEndpoint(options: WebSocketOptions): WebSocketEndpoint {
  // A variable, because @types/ws 8.18 does not know maxPendingAutoPongs yet.
  const serverOptions = {
    noServer: true,
    clientTracking: false,
    maxPayload: options.maxMessageBytes,
    maxFragments: options.maxFragments,
    maxPendingAutoPongs: MAX_PENDING_PONGS,
    perMessageDeflate: false,
    // Bad UTF-8 is a malformed Message here and answered as one; `ws` itself would close the connection.
    skipUTF8Validation: true,
  };
  const server = new WebSocketServer(serverOptions);
  return {
    upgrade(request, socket, head, client) {
      server.handleUpgrade(request, socket, head, (webSocket) => serve(webSocket, socket, client, options));
    },
  };
}

function serve(webSocket: WebSocket, socket: Socket, client: Client, options: WebSocketOptions): void {
  const { bus, dialect } = options;
  const batch = new WriteBatch(socket, options.maxQueuedBytes);
  const queue = new QueueLimit(socket, batch, options.maxQueuedBytes, bus.log);
  const peer = {
    write(text: string) {
      if (!queue.admits(session.client)) return;
      batch.open();
      webSocket.send(text, { binary: false, compress: false });
    },
    isGone: () => webSocket.readyState !== WebSocket.OPEN,
    close: () => webSocket.close(GOING_AWAY),
  };
  const session = bus.open({ peer, dialect, via: 'websocket', client });
  const login = new LoginDeadline(bus, session);

  socket.setNoDelay(true);
  webSocket.on('message', (data: Buffer) => {
    if (session.ended) return;
    const text = decodeUtf8(data);
    if (text !== undefined) return batch.receiving(() => session.receive(text));
    session.refuse(refusal('malformed', 'сообщение не разобрано: это не UTF-8'));
  });
  readInTurns(socket, webSocket);
  takeMessagesInTurns(socket, webSocket);
  // Whatever broke WebSocket's own framing, `ws` closes with the code for it (RFC 6455 7.4.1).
  webSocket.on('error', () => {});
  webSocket.on('close', () => {
    login.cancel();
    session.end();
  });
}
