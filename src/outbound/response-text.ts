import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';

const DECODERS = new Map([
  ['gzip', promisify(gunzip)],
  ['x-gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
  ['br', promisify(brotliDecompress)],
]);

const BYTE_ORDER_MARK = 0xfeff;

function toText(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
}

/** Is the body to be unpacked? Nobody is asked to pack it, but some do. */
export function isPacked(encoding: unknown): encoding is string {
  return typeof encoding === 'string' && DECODERS.has(encoding.toLowerCase());
}

/** Rejects with zlib's error: `ERR_BUFFER_TOO_LARGE` above the limit. */
export async function unpacked(body: Buffer, encoding: string, maxBytes: number): Promise<Buffer> {
  const decode = DECODERS.get(encoding.toLowerCase());
  return decode ? await decode(body, { maxOutputLength: maxBytes }) : body;
}

/** UTF-8 without its mark. */
export function textOf(chunks: readonly Buffer[]): string {
  const [only] = chunks;
  return toText(chunks.length === 1 && only ? only : Buffer.concat(chunks));
}
