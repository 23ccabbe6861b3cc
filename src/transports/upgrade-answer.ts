import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** Answers an upgrade request with plain HTTP, on a socket that has no response object, and closes it. */
export function answerUpgrade(
  socket: Duplex,
  status: number,
  { text = '', headers = {} }: { text?: string; headers?: Readonly<Record<string, string>> },
): void {
  socket.on('error', () => socket.destroy());
  const lines = Object.entries({
    connection: 'close',
    ...headers,
    'content-length': String(Buffer.byteLength(text)),
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n`;
  socket.end(head + text, () => socket.destroy());
}
