import type { RawData, WebSocket } from 'ws';
import { decodeUtf8 } from '#protocol/utf8.ts';

/** Vert.x takes no larger frame by default, but joins continuations up to 256 KiB (Vert.x, `HttpServerOptions`). */
const MAX_FRAME_BYTES = 65_536;
const MAX_REASON_BYTES = 123; // RFC 6455 5.5: a control frame holds 125 bytes, two of them the code

/** Sends one message, split into frames where it is long. Does nothing on a socket that is closing. */
export function sendMessage(socket: WebSocket, bytes: Buffer, binary: boolean): void {
  if (socket.readyState !== socket.OPEN) return;
  let start = 0;
  for (; bytes.length - start > MAX_FRAME_BYTES; start += MAX_FRAME_BYTES) {
    socket.send(bytes.subarray(start, start + MAX_FRAME_BYTES), { binary, fin: false });
  }
  socket.send(bytes.subarray(start), { binary, fin: true });
}

/** Closes with a reason cut to what fits, between characters. */
export function closeSocket(socket: WebSocket, code: number, reason: string): void {
  let fitting = reason;
  while (Buffer.byteLength(fitting) > MAX_REASON_BYTES) fitting = fitting.slice(0, -1);
  socket.close(code, fitting.toWellFormed());
}

/** A message as text, of either type; undefined when it is not UTF-8. */
export function messageText(data: RawData): string | undefined {
  if (Buffer.isBuffer(data)) return decodeUtf8(data);
  return decodeUtf8(Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data));
}
