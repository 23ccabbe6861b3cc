import type { IncomingMessage } from 'node:http';

/**
 * Reads a body as UTF-8 (what is not becomes U+FFFD); `done` gets `undefined` as soon as it is longer than
 * `maxBytes`, and is not called at all when the client goes away before its end.
 */
export function readBody(
  request: IncomingMessage,
  maxBytes: number,
  done: (body: string | undefined) => void,
): void {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) {
    done(undefined);
    return;
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  const onData = (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= maxBytes) {
      chunks.push(chunk);
    } else {
      request.off('data', onData).off('end', onEnd);
      done(undefined);
    }
  };
  const onEnd = () => done(Buffer.concat(chunks).toString());
  request.on('data', onData).on('end', onEnd);
}
