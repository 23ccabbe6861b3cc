import type { Headers } from '#core/message.ts';
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
import type { Asked, Dialect, Frame, RefusalTokens } from './frame.ts';
import type { Refusal } from './refusal.ts';
import { hasHeaders, json } from './written-json.ts';

/** A reply address is a UUID, or at least not longer than one. */
const MAX_REPLY_ADDRESS_LENGTH = 36;

/** The `body` of `{"type":"err"}` for each reason; `invalid_headers` and `internal_error` are ours, where the reference falls silent. */
const TOKENS: RefusalTokens = {
  malformed: 'invalid_json',
  'too-large': 'invalid_json',
  'missing-type': 'missing_type',
  'unknown-type': 'invalid_type',
  'missing-address': 'missing_address',
  'bad-headers': 'invalid_headers',
  'not-authenticated': 'not_logged_in',
  'access-denied': 'access_denied',
  'blocked-by-hook': 'rejected',
  'reply-address-too-long': 'invalid_reply_address',
  'address-too-long': 'max_address_length_reached',
  'too-many-handlers': 'max_handlers_reached',
  'already-registered': 'address_already_registered',
  'not-registered': null,
  'nobody-waits': 'access_denied',
  'internal-error': 'internal_error',
};

export type SockJsBridgeOptions = BridgeOptions & {
  /** Closed between once and twice this time after the last ping (milliseconds). */
  readonly pingTimeoutMs: number;
  /** Everything that comes is a sign of life, not only a ping. */
  readonly anyFrameIsLiveness: boolean;
};

/** Checks in the reference's order: JSON, type, address, then whether the type is one of the five. */
function readMessage(text: string, maxDepth: number): Frame {
  const { fault, envelope } = readEnvelope(text, maxDepth);
  if (!envelope || fault) return invalid('malformed');
  const type = readText(envelope.type);
  if (type === undefined) return invalid('missing-type', envelope);
  if (type === 'ping') return readPing(envelope);
  const address = readText(envelope.address);
  return address === undefined
    ? invalid('missing-address', envelope)
    : readAddressed(type, address, envelope);
}

/** Delivery and reply look alike; `headers` only where there are some, and what is undefined is left out. */
function writeRec(address: string, body: unknown, headers: Headers, replyAddress: string | null): string {
  return JSON.stringify({
    type: 'rec',
    address,
    body: body ?? null,
    replyAddress: replyAddress ?? undefined,
    headers: hasHeaders(headers) ? headers : undefined,
  });
}

/** `address` makes the official clients call the callback of the request that was refused. */
function writeRefusal(to: Asked, { reason, failure }: Refusal, correlated: boolean): string | undefined {
  const token = TOKENS[reason];
  if (token === null) return undefined;
  if (!correlated || to.replyAddress === null) return `{"type":"err","body":"${token}"}`;
  return (
    `{"type":"err","body":"${token}","address":${json(to.replyAddress)},` +
    `"failureCode":-1,"failureType":"ERROR","message":${json(failure.message)}}`
  );
}

/** The messages of the Vert.x SockJS event bus bridge ("SockJS event bus bridge", Vert.x Web 5). */
export function createSockJsBridgeDialect(options: SockJsBridgeOptions): Dialect {
  const { maxDepth, replyTimeoutMs, correlatedErrors, registerAcknowledgement } = options;
  return {
    name: 'sockjs-bridge',
    alwaysAnswers: false,
    tellsUnknownAddresses: false,
    answersByPublish: true,
    hasHooks: true,
    limits: {
      maxHandlers: options.maxHandlersPerSocket,
      maxAddressLength: options.maxAddressLength,
      maxReplyAddressLength: MAX_REPLY_ADDRESS_LENGTH,
      replyTimeoutMs,
    },
    liveness: { pingTimeoutMs: options.pingTimeoutMs, anyFrame: options.anyFrameIsLiveness },
    read: (text) => readMessage(text, maxDepth),
    timeoutOf: () => replyTimeoutMs,
    headersFor: (receiver, headers) => (receiver === 'service' ? inSmallLetters(headers) : headers),
    writeReply: (to, body, headers, replyAddress) =>
      writeRec(to.replyAddress ?? '', body, headers, replyAddress),
    writeFailure: (to, failure) =>
      `{"type":"err","address":${json(to.replyAddress)},${writeReplyFailure(failure, to, replyTimeoutMs)}}`,
    writeRefusal: (to, refused) => writeRefusal(to, refused, correlatedErrors),
    writeDelivery: ({ address, body, headers, replyAddress }) =>
      writeRec(address, body, headers, replyAddress),
    writePong: () => undefined,
    // Without an address of its own, so that version 1 of the client hands it to `onevent` and to nobody else.
    writeRegistered: (address) =>
      registerAcknowledgement
        ? `{"type":"event","event":"registered","message":{"address":${json(address)}}}`
        : undefined,
  };
}
