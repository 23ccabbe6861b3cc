import type { Failure } from '#core/failure.ts';
import { isJsonObject, JsonNumber } from '#core/json.ts';
import { type Headers, NO_HEADERS } from '#core/message.ts';
import { type Asked, type Frame, NOBODY } from './frame.ts';
import { RECIPIENT_FAILURE } from './recipient-failure.ts';
import { type RefusalReason, refusal } from './refusal.ts';
import { json } from './written-json.ts';

/** What both Vert.x bridges can be told by the configuration. */
export type BridgeOptions = {
  /** Levels of nesting in a message. */
  readonly maxDepth: number;
  /** How long answers are waited for (milliseconds). */
  readonly replyTimeoutMs: number;
  /** Registrations and requests without an answer, together. */
  readonly maxHandlersPerSocket: number;
  /** Of an address that is registered (characters). */
  readonly maxAddressLength: number;
  /** The refusal of a request goes to its reply address, too. */
  readonly correlatedErrors: boolean;
  /** A registration is acknowledged. */
  readonly registerAcknowledgement: boolean;
};

/** The types of messages that have an address; beside them there is only `ping`. */
const KINDS = ['send', 'publish', 'register', 'unregister'] as const;

type Kind = (typeof KINDS)[number];

/** A value where text is expected, as the reference's `getString` has it; undefined for none and for null. */
export function readText(value: unknown): string | undefined {
  if (typeof value === 'string' || value === undefined) return value;
  if (value === null) return undefined;
  return typeof value === 'object' && !(value instanceof JsonNumber) ? JSON.stringify(value) : String(value);
}

/** A frame that cannot be read; its sender is known as far as it came. */
export function invalid(reason: RefusalReason, envelope: Record<string, unknown> = {}): Frame {
  const replyAddress = readText(envelope.replyAddress) ?? null;
  return { kind: 'invalid', refusal: refusal(reason), replyAddress, camelCase: false };
}

/** A ping may say who it is from, nothing more. */
export function readPing({ headers }: Record<string, unknown>): Frame {
  return { ...NOBODY, kind: 'ping', headers: readHeaders(headers) ?? NO_HEADERS };
}

/** A message whose address is known. */
export function readAddressed(type: string, address: string, envelope: Record<string, unknown>): Frame {
  const kind = KINDS.find((known): known is Kind => known === type);
  if (kind === undefined) return invalid('unknown-type', envelope);
  const headers = readHeaders(envelope.headers);
  // Clients send headers with registrations, too; they mean nothing but who it is.
  if (kind === 'register' || kind === 'unregister') {
    return { ...NOBODY, kind, address, headers: headers ?? NO_HEADERS };
  }
  if (!headers) return invalid('bad-headers', envelope);
  const replyAddress = readText(envelope.replyAddress) ?? null;
  return { kind, address, replyAddress, camelCase: false, headers, body: envelope.body ?? null };
}

/** Headers, every value made text; undefined when they are no object or one of them is null. */
function readHeaders(value: unknown): Headers | undefined {
  if (value === undefined || value === null) return NO_HEADERS;
  if (!isJsonObject(value)) return undefined;
  for (const name in value) {
    if (typeof value[name] !== 'string') return madeText(value);
  }
  return value as Record<string, string>;
}

function madeText(headers: Record<string, unknown>): Headers | undefined {
  const texts: [string, string][] = [];
  for (const [name, value] of Object.entries(headers)) {
    const text = readText(value);
    if (text === undefined) return undefined;
    texts.push([name, text]);
  }
  return Object.fromEntries(texts);
}

/** Header names are compared without case on the Vert.x bus; the services know them in small letters. */
export function inSmallLetters(headers: Headers): Headers {
  for (const name in headers) {
    if (name !== name.toLowerCase()) {
      return Object.fromEntries(Object.entries(headers).map(([key, value]) => [key.toLowerCase(), value]));
    }
  }
  return headers;
}

/** `failureCode`, `failureType`, `message` and, where a vendor said something, `details`: the end of an `err` frame. */
export function writeReplyFailure(
  failure: Failure,
  { address, awaitedAt }: Asked,
  timeoutMs: number,
): string {
  const where = address ?? '';
  switch (failure.origin) {
    case 'no-handlers':
      return failureText(-1, 'NO_HANDLERS', `No handlers for address ${where}`);
    case 'timeout':
      return failureText(
        -1,
        'TIMEOUT',
        `Timed out after waiting ${timeoutMs}(ms) for a reply. address: ${awaitedAt ?? ''}, repliedAddress: ${where}`,
      );
    case 'recipient':
      return failureText(failure.code, 'RECIPIENT_FAILURE', recipientMessage(failure), failure.details);
  }
}

function failureText(code: number, type: string, message: string | null, details?: unknown): string {
  const end = details === undefined ? '' : `,"details":${json(details)}`;
  return `"failureCode":${code},"failureType":"${type}","message":${json(message)}${end}`;
}

/** A failure of ours is known by its name; a Vert.x recipient's has nothing but its text. */
function recipientMessage({ name, description, message }: Failure): string | null {
  if (name !== RECIPIENT_FAILURE) return message;
  return description === '' ? null : description;
}
