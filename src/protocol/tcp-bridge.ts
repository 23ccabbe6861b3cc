import { type Headers, NO_HEADERS } from '#core/message.ts';
import {
  type BridgeOptions,
  inSmallLetters,
  invalid,
  readAddressed,
  readPing,
  readText,
  writeReplyFailure,
} from './bridge-message.ts';
import { readEnvelope } from './envelope.ts';
import { type Asked, type Dialect, type Frame, NOBODY, type RefusalTokens } from './frame.ts';
import { recipientFailure } from './recipient-failure.ts';
import type { Refusal } from './refusal.ts';
import { readTimeoutMs } from './time-out.ts';
import { json } from './written-json.ts';

/**
 * The `message` of `{"type":"err"}` for each reason. Broken JSON and a second registration are passed over, as
 * the reference does; `invalid_headers`, `internal_error` and the limits are ours, where it breaks or has none.
 */
const TOKENS: RefusalTokens = {
  malformed: null,
  'too-large': 'max_message_length_reached',
  'missing-type': 'unknown_type',
  'unknown-type': 'unknown_type',
  'missing-address': 'missing_address',
  'bad-headers': 'invalid_headers',
  'not-authenticated': 'access_denied',
  'access-denied': 'access_denied',
  'blocked-by-hook': 'blocked by bridgeEvent handler',
  'reply-address-too-long': 'invalid_reply_address',
  'address-too-long': 'max_address_length_reached',
  'too-many-handlers': 'max_handlers_reached',
  'already-registered': null,
  'not-registered': 'unknown_address',
  'nobody-waits': 'access_denied',
  'internal-error': 'internal_error',
};

/** Headers that are delivery options to the bridge and not handed on; a service's time-out is its own business. */
const OPTIONS = {
  consumer: ['timeout', 'localOnly', 'codecName'],
  service: ['localOnly', 'codecName'],
} as const satisfies Record<string, readonly string[]>;

/** Checks in the reference's order: the address before the type. */
function readMessage(text: string, maxDepth: number): Frame {
  const { fault, envelope } = readEnvelope(text, maxDepth);
  if (!envelope || fault) return invalid('malformed');
  const type = readText(envelope.type) ?? '';
  if (type === 'ping') return readPing(envelope);
  const address = readText(envelope.address);
  if (address === undefined) return invalid('missing-address', envelope);
  const frame = readAddressed(type, address, envelope);
  return Object.hasOwn(envelope, 'failureCode') ? readFailure(frame, envelope) : frame;
}

/** A `send` with a `failureCode` fails the message whose reply address it names. */
function readFailure(frame: Frame, { failureCode, message }: Record<string, unknown>): Frame {
  if (frame.kind !== 'send' || frame.replyAddress !== null || !isInt(failureCode)) return frame;
  const { address, headers } = frame;
  const failure = recipientFailure(failureCode, readText(message) ?? '');
  return { ...NOBODY, kind: 'fail', address, headers, failure };
}

function isInt(value: unknown): value is number {
  return Number.isInteger(value);
}

/** One value a name, the last one. */
function flat(headers: Headers): Headers {
  for (const name in headers) {
    if (typeof headers[name] !== 'string') {
      return Object.fromEntries(
        Object.entries(headers).map(([key, value]) => [
          key,
          typeof value === 'string' ? value : (value.at(-1) ?? ''),
        ]),
      );
    }
  }
  return headers;
}

function withoutOptions(headers: Headers, options: readonly string[]): Headers {
  if (!options.some((name) => Object.hasOwn(headers, name))) return headers;
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !options.includes(name)));
}

type Written = {
  readonly address: string;
  readonly replyAddress: string | null;
  readonly headers: Headers;
  readonly body: unknown;
  readonly send: boolean;
};

/** Delivery and reply: `headers` always, `body` unless null; what is undefined is left out. */
function writeMessage({ address, replyAddress, headers, body, send }: Written): string {
  return JSON.stringify({
    type: 'message',
    address,
    replyAddress: replyAddress ?? undefined,
    headers: flat(headers),
    body: body ?? undefined,
    send,
  });
}

function writeRefusal(to: Asked, { reason }: Refusal, correlated: boolean): string | undefined {
  const token = TOKENS[reason];
  if (token === null) return undefined;
  if (!correlated || to.replyAddress === null) return `{"type":"err","message":"${token}"}`;
  return (
    `{"type":"err","address":${json(to.replyAddress)},"sourceAddress":${json(to.address)},` +
    `"failureCode":-1,"failureType":"ERROR","message":"${token}"}`
  );
}

/** The messages of the Vert.x TCP event bus bridge ("Vert.x TCP EventBus bridge", 5), each after its length. */
export function createTcpBridgeDialect(options: BridgeOptions): Dialect {
  const { maxDepth, replyTimeoutMs, correlatedErrors, registerAcknowledgement } = options;
  const timeoutOf = (headers: Headers) => readTimeoutMs(headers, replyTimeoutMs);
  return {
    name: 'tcp-bridge',
    alwaysAnswers: false,
    tellsUnknownAddresses: false,
    answersByPublish: false,
    hasHooks: true,
    limits: {
      maxHandlers: options.maxHandlersPerSocket,
      maxAddressLength: options.maxAddressLength,
      maxReplyAddressLength: Number.POSITIVE_INFINITY,
      replyTimeoutMs,
    },
    liveness: undefined,
    read: (text) => readMessage(text, maxDepth),
    timeoutOf,
    headersFor(receiver, headers) {
      const given = withoutOptions(headers, OPTIONS[receiver]);
      return receiver === 'service' ? inSmallLetters(given) : given;
    },
    writeReply: (to, body, headers, replyAddress) =>
      writeMessage({ address: to.replyAddress ?? '', replyAddress, headers, body, send: true }),
    writeFailure: (to, failure) =>
      `{"type":"err","address":${json(to.replyAddress)},"sourceAddress":${json(to.address)},` +
      `${writeReplyFailure(failure, to, timeoutOf(to.headers ?? NO_HEADERS))}}`,
    writeRefusal: (to, refused) => writeRefusal(to, refused, correlatedErrors),
    writeDelivery: ({ kind, ...delivery }) => writeMessage({ ...delivery, send: kind === 'send' }),
    writePong: () => '{"type":"pong"}',
    writeRegistered: (address) =>
      registerAcknowledgement ? `{"type":"registered","address":${json(address)}}` : undefined,
  };
}
