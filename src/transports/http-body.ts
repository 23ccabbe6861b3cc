import type { IncomingMessage } from 'node:http';

/**
 * The whole body of a request, or `'too large'` as soon as it is longer than `maxBytes`; nothing is called
 * when the request is aborted.
 */
export function readBody(
  request: IncomingMessage,
  maxBytes: number,
  done: (body: Buffer | 'too large') => void,
): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return done('too large');
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= maxBytes) return void chunks.push(chunk);
    request.removeAllListeners('data');
    request.removeAllListeners('end');
    done('too large');
  });
  request.on('end', () => done(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
  request.on('error', () => request.destroy());
}
