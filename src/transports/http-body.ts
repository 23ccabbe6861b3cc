import type { IncomingMessage } from 'node:http';

/**
 * The whole body of a request, or `'too large'` as soon as it is longer than `maxBytes`; nothing is called
 * when the client goes away before its end.
 */
export function readBody(
  request: IncomingMessage,
  maxBytes: number,
  done: (body: Buffer | 'too large') => void,
): void {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return done('too large');
  const chunks: Buffer[] = [];
  let bytes = 0;
  const onData = (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= maxBytes) return void chunks.push(chunk);
    request.off('data', onData).off('end', onEnd);
    done('too large');
  };
  const onEnd = () => done(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
  request.on('data', onData).on('end', onEnd);
  request.on('error', () => request.destroy());
}
