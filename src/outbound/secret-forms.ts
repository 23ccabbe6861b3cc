import { createHash } from 'node:crypto';

type Encode = (text: string) => string;

const form: Encode = (text) => new URLSearchParams([['', text]]).toString().slice(1);
const jsonText: Encode = (text) => JSON.stringify(text).slice(1, -1);
const jsonAscii: Encode = (text) =>
  jsonText(text).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
const html: Encode = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
const bytes =
  (encoding: BufferEncoding): Encode =>
  (text) =>
    Buffer.from(text).toString(encoding);
const digest =
  (algorithm: string): Encode =>
  (text) =>
    createHash(algorithm).update(text).digest('hex');

/** How a secret may be quoted, but for the case of its letters; iiko's `pass` is a SHA-1. */
const ENCODINGS: readonly Encode[] = [
  (text) => text,
  encodeURIComponent,
  form,
  jsonText,
  (text) => jsonText(text).replaceAll('/', '\\/'),
  jsonAscii,
  html,
  bytes('base64'),
  (text) => bytes('base64')(text).replace(/=+$/, ''),
  bytes('base64url'),
  bytes('hex'),
  digest('sha1'),
  digest('sha256'),
];

/** Every form in which a secret may be quoted, each once. */
export function formsOf(secret: string): Set<string> {
  return new Set(ENCODINGS.map((encode) => encode(secret)));
}
