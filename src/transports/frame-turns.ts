import type { Socket } from 'node:net';
import { awaitTurn, BYTES_A_TURN, MESSAGES_A_TURN, TurnCount } from './read-turns.ts';

/** Takes the frames of some bytes, no more than so many of them; returns the bytes that are left. */
type Take = (bytes: Buffer, maxFrames: number) => Buffer | undefined;

/**
 * Reads frames in turns with all other connections: after so many of them, or so many bytes, it waits for its turn to go
 * on, and reads no further meanwhile. `onEnd` is called when the other end has ended and all is taken.
 */
export function takeFramesInTurns(socket: Socket, take: Take, onEnd: () => void): void {
  const isEncrypted = 'encrypted' in socket;
  const read = new TurnCount();
  let rest: Buffer | undefined;
  const goOn = () => {
    if (!rest) return void socket.resume();
    rest = take(rest, MESSAGES_A_TURN);
    awaitTurn(goOn);
    if (!rest && socket.readableEnded) onEnd();
  };
  socket.on('data', (chunk: Buffer) => {
    rest = take(chunk, MESSAGES_A_TURN);
    // TLS hands over record by record, however much there is.
    const bytes = isEncrypted ? read.add(chunk.length) : chunk.length;
    if (!rest && bytes < BYTES_A_TURN) return;
    read.restart();
    socket.pause();
    awaitTurn(goOn);
  });
  // A paused socket tells of its end all the same.
  socket.on('end', () => {
    if (!rest) onEnd();
  });
}
