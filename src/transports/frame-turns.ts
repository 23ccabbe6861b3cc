import type { Socket } from 'node:net';
import { BYTES_A_TURN, MESSAGES_A_TURN } from './read-turns.ts';

/** Takes the frames of some bytes, no more than so many of them; returns the bytes that are left. */
type Take = (bytes: Buffer, maxFrames: number) => Buffer | undefined;

/**
 * Reads frames in turns with all other connections: after so many of them, or so many bytes, it goes on in the next turn
 * of the event loop, and reads no further meanwhile. `onEnd` is called when the other end has ended and all is taken.
 */
export function takeFramesInTurns(socket: Socket, take: Take, onEnd: () => void): void {
  const isEncrypted = 'encrypted' in socket;
  let read = 0;
  let rest: Buffer | undefined;
  const goOn = () => {
    if (!rest) return void socket.resume();
    rest = take(rest, MESSAGES_A_TURN);
    setImmediate(goOn);
    if (!rest && socket.readableEnded) onEnd();
  };
  socket.on('data', (chunk: Buffer) => {
    rest = take(chunk, MESSAGES_A_TURN);
    // TLS hands over record by record, however much there is.
    read = isEncrypted ? read + chunk.length : chunk.length;
    if (!rest && read < BYTES_A_TURN) return;
    read = 0;
    socket.pause();
    setImmediate(goOn);
  });
  // A paused socket tells of its end all the same.
  socket.on('end', () => {
    if (!rest) onEnd();
  });
}
