import { createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Bus } from '#bus/bus.ts';
import type { Session } from '#bus/session.ts';
import type { Timer } from '#core/clock.ts';
import type { Dialect } from '#protocol/frame.ts';
import { encodeFrame, FrameLengthError, LengthPrefixDecoder } from '#protocol/length-prefix.ts';
import { refusal } from '#protocol/refusal.ts';
import { decodeUtf8 } from '#protocol/utf8.ts';
import { takeFramesInTurns } from './frame-turns.ts';
import { HalfCloseWatch } from './half-close-watch.ts';
import { LegacyPing } from './legacy-ping.ts';
import {
  bind,
  type ConnectionLimit,
  certificateName,
  type Endpoint,
  type Listener,
  type TlsMaterial,
  toTlsOptions,
  trackSockets,
} from './listener.ts';
import { LoginDeadline } from './login-deadline.ts';
import { QueueLimit } from './queue-limit.ts';
import { WriteBatch } from './write-batch.ts';

/** How long a client may take to close its half after the session has ended (milliseconds). */
const LINGER_MS = 1_000;

export type TcpOptions = {
  readonly bus: Bus;
  readonly dialect: Dialect;
  /** What the log calls the transport. */
  readonly via: string;
  readonly endpoint: Endpoint;
  readonly tls?: TlsMaterial | undefined;
  readonly maxMessageBytes: number;
  readonly connections: ConnectionLimit;
  readonly maxQueuedBytes: number;
  /** Ping clients of the older spelling, and cut those that do not answer. */
  readonly legacyPing: boolean;
};

/**
 * Messages, each after its length (int32, big-endian), both ways.
 *
 * A client that closes its half of the connection is answered what it has asked, and closed after the last answer, at
 * once when there is none to come: a script may send, end and read. A process that dies sends the same, so that its
 * requests go on until they are answered or their `timeout` is over; but as soon as the connection is known to be gone
 * (closed, reset, or a write failed), whatever of them still waits is given up.
 */
export async function listenTcp(options: TcpOptions): Promise<Listener> {
  const { tls } = options;
  const accept = (socket: Socket) => serve(socket, options);
  const server = tls
    ? createTlsServer({ ...toTlsOptions(tls), allowHalfOpen: true }, accept)
    : createServer({ allowHalfOpen: true }, accept);
  const sockets = trackSockets(server, options.connections);
  const endpoint = await bind(server, options.endpoint, options.bus.log);
  return {
    endpoint,
    refuseNew: () => void server.close(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function serve(socket: Socket, options: TcpOptions): void {
  const { bus, dialect } = options;
  const batch = new WriteBatch(socket, options.maxQueuedBytes);
  const queue = new QueueLimit(socket, batch, options.maxQueuedBytes, bus.log);
  const halfClose = new HalfCloseWatch(bus.clock, socket);
  let linger: Timer | undefined;
  const peer = {
    write(text: string) {
      if (!queue.admits(session.client)) return;
      batch.open();
      socket.write(encodeFrame(text));
    },
    close() {
      halfClose.cancel();
      socket.end();
      // A client that keeps its own half open would keep the socket for good.
      if (!socket.readableEnded && !socket.destroyed) {
        linger ??= bus.clock.setTimeout(() => socket.destroy(), LINGER_MS);
      }
    },
  };
  const name = certificateName(socket);
  const client = (name === undefined ? undefined : bus.clients.byCertificate(name)) ?? bus.clients.anonymous;
  const legacy = options.legacyPing ? new LegacyPing(bus.clock, socket) : undefined;
  const session = bus.open({ peer, dialect, via: options.via, client, socket, onFrame: legacy?.observe });
  const login = new LoginDeadline(bus, session);
  const decoder = new LengthPrefixDecoder(options.maxMessageBytes);

  socket.setNoDelay(true);
  const take = (bytes: Buffer, maxFrames: number) => {
    if (session.ended) return undefined;
    try {
      return batch.receiving(() => decoder.push(bytes, (frame) => receive(session, frame), maxFrames));
    } catch (error) {
      if (!(error instanceof FrameLengthError)) throw error;
      // The rest of the stream has no beginning any more: say why, and close.
      const description = `сообщение длиннее ${options.maxMessageBytes} байт или длина отрицательная`;
      session.refuse(refusal('too-large', description));
      session.end();
      return undefined;
    }
  };
  takeFramesInTurns(socket, take, () => {
    if (session.ended) return;
    // It can answer no ping any more.
    legacy?.cancel();
    halfClose.start();
    session.endWhenIdle();
  });
  socket.on('error', (error) => {
    session.fail(error);
    socket.destroy();
  });
  socket.on('close', () => {
    login.cancel();
    legacy?.cancel();
    linger?.cancel();
    session.end();
  });
}

function receive(session: Session, frame: Buffer): void {
  if (session.ended) return;
  const text = decodeUtf8(frame);
  if (text === undefined) {
    return session.refuse(refusal('malformed', 'сообщение не разобрано: это не UTF-8'));
  }
  session.receive(text);
}
