import type { IncomingMessage } from 'node:http';

/** Where bytes are counted while a body is being read; `take` is false when there is no room for more. */
export type BodyRoom = { take(bytes: number): boolean; give(bytes: number): void };

export type BodyLimits = {
  readonly maxBytes: number;
  readonly room: BodyRoom;
};

/** `'too large'`, or `'no room'` where bytes are counted: the rest was not read then. */
export type ReadBody = Buffer | 'too large' | 'no room';

/**
 * The whole body of a request, `'too large'` as soon as it is longer than `maxBytes`, or `'no room'`; nothing is called
 * when the client goes away before its end.
 */
export function readBody(
  request: IncomingMessage,
  { maxBytes, room }: BodyLimits,
  done: (body: ReadBody) => void,
): void {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return done('too large');
  const chunks: Buffer[] = [];
  let bytes = 0;
  let held = 0;
  const stop = () => {
    request.off('data', onData).off('end', onEnd).off('close', stop);
    room.give(held);
    held = 0;
  };
  const onData = (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      stop();
      return done('too large');
    }
    if (!room.take(chunk.length)) {
      stop();
      return done('no room');
    }
    held = bytes;
    chunks.push(chunk);
  };
  const onEnd = () => {
    stop();
    done(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
  };
  request.on('data', onData).on('end', onEnd).on('close', stop);
  request.on('error', () => request.destroy());
}
