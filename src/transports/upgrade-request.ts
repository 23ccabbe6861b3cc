import type { IncomingMessage } from 'node:http';
import type { Server, Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import type { BodyRoom } from './http-body.ts';
import type { HttpConnection } from './http-connection.ts';

/** How much may come behind an upgrade request that waits (bytes). */
const MOST_BEHIND = 65_536;

/**
 * Calls `begin` when it is the turn of an upgrade request: when all before it have their answers, for which the answer to
 * it would be taken otherwise. `head` is what has come behind the request by then.
 */
export function takeUpgrade(
  { answers, waiting }: HttpConnection,
  socket: Socket,
  first: Buffer,
  findRoom: () => BodyRoom,
  begin: (head: Buffer) => void,
): void {
  if (!answers.areUnderWay) return begin(first);
  const chunks: Buffer[] = [];
  let bytes = 0;
  const onData = (chunk: Buffer) => {
    chunks.push(chunk);
    bytes += chunk.length;
    if (!waiting.enter(chunk.length, findRoom)) socket.destroy();
    else if (bytes > MOST_BEHIND) socket.pause();
  };
  // Node has let go of the socket: nobody else would hear that the client is gone, nor go on with an answer.
  const onGone = () => socket.destroy();
  const onDrain = () => answers.goOnWriting();
  socket.on('data', onData).on('end', onGone).on('error', onGone).on('drain', onDrain);
  if (first.length > 0) onData(first);
  // Node stopped reading where requests wait for their turns, and forgot it with the upgrade: the socket takes itself for
  // one that is being read, and would never begin to. An empty piece tells it that it is not.
  socket.push('');
  answers.onceNone(() => {
    // One of them was the last one.
    if (!socket.writable) return;
    waiting.leave(bytes);
    socket.off('data', onData).off('end', onGone).off('error', onGone).off('drain', onDrain);
    // What Node set with the last answer, for the silence behind it.
    socket.setTimeout(0);
    socket.resume();
    begin(Buffer.concat(chunks));
  });
}

/**
 * Gives the server back a request that asked for a protocol which there is not, without its asking: it is an ordinary
 * request otherwise (RFC 9110 7.8). Were its upgrade merely refused, Node would drop what came in one piece with it.
 */
export function giveBack(
  { method, url, httpVersion, rawHeaders }: IncomingMessage,
  socket: Socket,
  head: Buffer,
  server: Server,
): void {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index];
    if (name?.toLowerCase() !== 'upgrade') lines.push(`${name}: ${rawHeaders[index + 1]}`);
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
  server.emit(server instanceof TlsServer ? 'secureConnection' : 'connection', socket);
}
