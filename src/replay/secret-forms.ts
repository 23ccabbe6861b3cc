import { createHash } from 'node:crypto';
import { mask } from '#domain/redaction.ts';

type Encode = (text: string) => string;

const HTML: Readonly<Record<string, readonly string[]>> = {
  '&': ['&amp;', '&#38;', '&#x26;'],
  '<': ['&lt;', '&#60;', '&#x3C;'],
  '>': ['&gt;', '&#62;', '&#x3E;'],
  '"': ['&quot;', '&#34;', '&#x22;'],
  "'": ['&apos;', '&#39;', '&#x27;'],
};

const percent: Encode = (text) => encodeURIComponent(text);
const strictPercent: Encode = (text) =>
  percent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
const form: Encode = (text) => new URLSearchParams([['', text]]).toString().slice(1);
const lowerHex = (encode: Encode): Encode => {
  return (text) => encode(text).replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
};
const plusForSpace = (encode: Encode): Encode => {
  return (text) => encode(text).replaceAll('%20', '+');
};
const everyByte: Encode = (text) => Buffer.from(text).toString('hex').replace(/../g, '%$&');

const jsonText: Encode = (text) => JSON.stringify(text).slice(1, -1);
const jsonSlashes: Encode = (text) => jsonText(text).replaceAll('/', '\\/');
const jsonAscii: Encode = (text) =>
  jsonText(text).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
const upperUnicode: Encode = (text) =>
  jsonAscii(text).replace(/\\u[0-9a-f]{4}/g, (code) => `\\u${code.slice(2).toUpperCase()}`);

const html = (style: number): Encode => {
  return (text) => text.replace(/[&<>"']/g, (sign) => HTML[sign]?.[style] ?? sign);
};

const base64: Encode = (text) => Buffer.from(text).toString('base64');
const base64url: Encode = (text) => Buffer.from(text).toString('base64url');
const unpadded = (encode: Encode): Encode => {
  return (text) => encode(text).replace(/=+$/, '');
};
const padded = (encode: Encode): Encode => {
  return (text) => encode(text).padEnd(Math.ceil(encode(text).length / 4) * 4, '=');
};
const hex: Encode = (text) => Buffer.from(text).toString('hex');
const digest = (algorithm: string, encoding: 'hex' | 'base64' | 'base64url' = 'hex'): Encode => {
  return (text) => createHash(algorithm).update(text).digest(encoding);
};
const upperCase = (encode: Encode): Encode => {
  return (text) => encode(text).toUpperCase();
};

/** What the text itself may look like. */
const SPELLINGS: readonly Encode[] = [
  (text) => text,
  ...[percent, strictPercent, form].flatMap((encode) => [
    encode,
    lowerHex(encode),
    plusForSpace(encode),
    plusForSpace(lowerHex(encode)),
  ]),
  everyByte,
  jsonText,
  (text) => jsonText(jsonText(text)),
  (text) => jsonText(jsonText(jsonText(text))),
  jsonSlashes,
  jsonAscii,
  upperUnicode,
  html(0),
  html(1),
  html(2),
];

/** What is made of it, iiko's `pass` (SHA-1) among them. */
const DERIVATIONS: readonly Encode[] = [
  ...['sha1', 'sha256', 'md5'].flatMap((name) => [
    digest(name),
    upperCase(digest(name)),
    digest(name, 'base64'),
    unpadded(digest(name, 'base64')),
    digest(name, 'base64url'),
    padded(digest(name, 'base64url')),
  ]),
  hex,
  upperCase(hex),
  ...[base64, base64url].flatMap((encode) => [encode, unpadded(encode), padded(encode)]),
];

/** One form of a secret, and the same form of what stands in for it. */
export type SecretForm = {
  readonly found: string;
  readonly instead: string;
  /** Is it so short that it may turn up by accident, inside other words and numbers? */
  readonly isShort: boolean;
  /** Must it be the whole text? The bus's own mask leaves too little to be sure else. */
  readonly isWhole: boolean;
};

const SHORT_SECRET = 6;
const SHORT_NUMBER = 8;
const SHORT_DERIVATION = 12;

/** Would this text turn up by accident inside others? A PIN would, a password would not. */
export function isShort(secret: string): boolean {
  return secret.length < (/^\d+$/.test(secret) ? SHORT_NUMBER : SHORT_SECRET);
}

/** Every form in which a secret may travel: as it is, escaped, encoded, hashed, masked. */
export function formsOf(secret: string, placeholder: string): SecretForm[] {
  const pair = (encode: Encode, isShortForm: (text: string) => boolean, isWhole = false): SecretForm => {
    const found = encode(secret);
    return { found, instead: encode(placeholder), isShort: isShortForm(found), isWhole };
  };
  const forms = [
    ...SPELLINGS.map((encode) => pair(encode, () => isShort(secret))),
    ...DERIVATIONS.map((encode) =>
      pair(encode, (found) => found.length < SHORT_DERIVATION && isShort(secret)),
    ),
    ...(isShort(secret) ? [] : [pair(mask, () => false, true)]),
  ];
  const distinct = new Map<string, SecretForm>();
  for (const made of forms) if (!distinct.has(made.found)) distinct.set(made.found, made);
  return [...distinct.values()];
}
