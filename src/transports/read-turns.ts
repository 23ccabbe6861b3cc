import type { Socket } from 'node:net';

/** What the system hands over at once (bytes); less than that means that there is no more for now. */
export const BYTES_A_TURN = 65_536;

/** What one connection may have done before it is the others' turn: what comes at once may hold thousands of messages. */
export const MESSAGES_A_TURN = 64;

/** Something that stops and goes on reading. */
type Reader = { pause(): void; resume(): void };

/**
 * Lets a connection that never stops sending read in turns with all others: after each 64 KiB it goes on in the next
 * turn of the event loop. Otherwise the system hands over what it has, megabytes of it, before anybody else is heard.
 */
export function readInTurns(socket: Socket, reader: Reader = socket): void {
  // TLS hands over record by record, however much there is.
  const isEncrypted = 'encrypted' in socket;
  let read = 0;
  const goOn = () => reader.resume();
  socket.on('data', (chunk: Buffer) => {
    read = isEncrypted ? read + chunk.length : chunk.length;
    if (read < BYTES_A_TURN) return;
    read = 0;
    reader.pause();
    setImmediate(goOn);
  });
}
