import { Failure } from '#core/failure.ts';
import { isJsonObject } from '#core/json.ts';
import { type Headers, NO_HEADERS } from '#core/message.ts';
import { snakeCase } from '#core/snake-case.ts';
import { readEnvelope } from './envelope.ts';
import { type Dialect, type Frame, NOBODY, type OutgoingDelivery, type ReplyTo } from './frame.ts';
import { RECIPIENT_FAILURE } from './recipient-failure.ts';
import { type RefusalReason, refusal } from './refusal.ts';
import { readTimeoutMs } from './time-out.ts';
import { hasHeaders, json } from './written-json.ts';

/** Where a failure goes when an iKassa client of the older spelling named no address. */
const DEFAULT_ERROR_TOPIC = 'topics.default.error';

/** Where the bus pings a client of the older spelling. */
const DEFAULT_PING_TOPIC = 'topics.default.ping';

/** How long a consumer may take when the sender does not say. */
const REPLY_TIMEOUT_MS = 30_000;

/** A connection of ours may listen to this many addresses. */
const MAX_HANDLERS = 10_000;

/** Listening twice is once, and what was not listened to need not be given up. */
const UNTOLD: readonly RefusalReason[] = ['already-registered', 'not-registered'];

function malformed(
  { replyAddress, camelCase }: ReplyTo,
  why: string,
  reason: RefusalReason = 'malformed',
): Frame {
  return {
    replyAddress,
    camelCase,
    kind: 'invalid',
    refusal: refusal(reason, `сообщение не разобрано: ${why}`),
  };
}

function isOptionalText(value: unknown): value is string | null | undefined {
  return value === undefined || value === null || typeof value === 'string';
}

function readReplyTo(envelope: Record<string, unknown>): ReplyTo | undefined {
  const camelCase = Object.hasOwn(envelope, 'replyAddress');
  const { reply_address: ours, replyAddress: older } = envelope;
  if (!isOptionalText(ours) || !isOptionalText(older)) return undefined;
  return { replyAddress: ours ?? older ?? null, camelCase };
}

/** The headers as they came; undefined when one of them is not text. */
function readHeaders(value: unknown, camelCase: boolean): Headers | undefined {
  if (value === undefined || value === null) return NO_HEADERS;
  if (!isJsonObject(value)) return undefined;
  for (const name in value) if (typeof value[name] !== 'string') return undefined;
  const headers = value as Record<string, string>;
  if (!camelCase || !Object.hasOwn(headers, 'action')) return headers;
  return { ...headers, action: snakeCase(headers.action ?? '') };
}

function readFailure(data: unknown): Failure {
  const { name, description, code } = isJsonObject(data) ? data : {};
  return Failure.told({
    name: typeof name === 'string' ? name : RECIPIENT_FAILURE,
    description: typeof description === 'string' ? description : '',
    data: data ?? null,
    ...(typeof code === 'number' && Number.isInteger(code) ? { code } : {}),
  });
}

function unknownType(to: ReplyTo, type: string): Frame {
  const description = `неизвестный тип сообщения «${type.slice(0, 40)}»: бывают send, publish, listen, unlisten, ping, pong`;
  return { ...to, kind: 'invalid', refusal: refusal('unknown-type', description) };
}

const KINDS: Readonly<Record<string, Exclude<Frame['kind'], 'invalid'>>> = {
  send: 'send',
  publish: 'publish',
  error: 'fail',
  listen: 'register',
  unlisten: 'unregister',
  ping: 'ping',
  pong: 'pong',
};

function readFrame(envelope: Record<string, unknown>, to: ReplyTo): Frame {
  const { type = 'send', address, data } = envelope;
  if (typeof type !== 'string') return malformed(to, 'type должен быть строкой');
  if (!isOptionalText(address)) return malformed(to, 'address должен быть строкой');
  const headers = readHeaders(envelope.headers, to.camelCase);
  if (!headers) {
    return malformed(to, 'headers должен быть объектом, все значения которого строки', 'bad-headers');
  }

  const kind = Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
  const { replyAddress, camelCase } = to;
  if (kind === undefined) return unknownType(to, type);
  if (kind === 'ping' || kind === 'pong') return { kind, replyAddress, camelCase, headers };
  if (typeof address !== 'string') return malformed(to, 'не хватает address', 'missing-address');
  if (kind === 'send' || kind === 'publish') {
    return { kind, address, replyAddress, camelCase, headers, body: data ?? null };
  }
  if (kind === 'fail') return { kind, address, replyAddress, camelCase, headers, failure: readFailure(data) };
  return { kind, address, replyAddress, camelCase, headers };
}

/** Reads one Message; whatever is wrong with it comes back as an `invalid` frame, never as an exception. */
function readMessage(text: string, maxDepth: number): Frame {
  const { fault, envelope } = readEnvelope(text, maxDepth);
  if (!envelope) return malformed(NOBODY, fault === 'not JSON' ? 'это не JSON' : 'ожидался объект JSON');
  const to = readReplyTo(envelope);
  if (!to) return malformed(NOBODY, 'reply_address должен быть строкой');
  if (fault === 'too deep') return malformed(to, `вложенность больше ${maxDepth}`);
  return readFrame(envelope, to);
}

/** Written by hand, since the order of keys is part of the protocol and the values are mostly null. */
function write(type: string, address: string | null, camelCase: boolean, data: string): string {
  const reply = camelCase ? 'replyAddress' : 'reply_address';
  return `{"type":"${type}","address":${json(address)},"${reply}":null,"data":${data},"headers":null}`;
}

function writeHeaders(headers: Headers): string {
  if (!hasHeaders(headers)) return 'null';
  for (const name in headers) if (typeof headers[name] !== 'string') return json(joined(headers));
  return json(headers);
}

/** One text a name: what came over a bridge may have several. */
function joined(headers: Headers): Headers {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : value.join(','),
    ]),
  );
}

function writeDelivery(
  delivery: Omit<OutgoingDelivery, 'address'> & { readonly address: string | null },
  camelCase: boolean,
): string {
  const { kind, address, replyAddress, headers, body } = delivery;
  const reply = camelCase ? 'replyAddress' : 'reply_address';
  return (
    `{"type":"${kind}","address":${json(address)},"${reply}":${json(replyAddress)},` +
    `"data":${json(body)},"headers":${writeHeaders(headers)}}`
  );
}

/**
 * The iKassa tsrv Message: `{"type","address","reply_address","data","headers"}`, keys in this order
 * ("Message", tsrv 1.x). Success is `send`, failure `error`; an answer's `address` repeats the request's
 * `reply_address`, its own `reply_address` and `headers` are null.
 */
export function createAvqDialect(options: { maxDepth: number }): Dialect {
  const writeFailure: Dialect['writeFailure'] = (to, failure) =>
    write(
      'error',
      to.replyAddress ?? (to.camelCase ? DEFAULT_ERROR_TOPIC : null),
      to.camelCase,
      json(failure.toData()),
    );
  return {
    name: 'avq',
    alwaysAnswers: true,
    tellsUnknownAddresses: true,
    answersByPublish: false,
    hasHooks: false,
    limits: {
      maxHandlers: MAX_HANDLERS,
      maxAddressLength: Number.POSITIVE_INFINITY,
      maxReplyAddressLength: Number.POSITIVE_INFINITY,
      replyTimeoutMs: REPLY_TIMEOUT_MS,
    },
    liveness: undefined,
    read: (text) => readMessage(text, options.maxDepth),
    timeoutOf: (headers) => readTimeoutMs(headers, REPLY_TIMEOUT_MS),
    headersFor: (_receiver, headers) => headers,
    writeReply: (to, body, headers, replyAddress) =>
      replyAddress === null && !hasHeaders(headers)
        ? write('send', to.replyAddress, to.camelCase, json(body))
        : writeDelivery(
            { kind: 'send', address: to.replyAddress, replyAddress, headers, body },
            to.camelCase,
          ),
    writeFailure,
    writeRefusal: (to, { reason, failure }) =>
      UNTOLD.includes(reason) ? undefined : writeFailure(to, failure),
    writeDelivery,
    writePong: (to) => write('pong', to.replyAddress, to.camelCase, 'null'),
    writeRegistered: () => undefined,
  };
}

/** The ping that the bus sends to a client of the older spelling; the pong is expected at `replyAddress`. */
export function writeLegacyPing(replyAddress: string): string {
  return `{"type":"ping","address":"${DEFAULT_PING_TOPIC}","replyAddress":${json(replyAddress)},"data":null,"headers":null}`;
}
