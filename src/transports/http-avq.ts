import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Bus } from '#bus/bus.ts';
import { Failure } from '#core/failure.ts';
import { parseJson } from '#core/json.ts';
import type { Dialect, Frame } from '#protocol/frame.ts';
import { refusal } from '#protocol/refusal.ts';
import { decodeUtf8 } from '#protocol/utf8.ts';
import { clientOf } from './credentials.ts';
import { statusOf, writeMessage, writeRefusal } from './http-answer.ts';
import type { HttpConnection } from './http-connection.ts';
import { corsHeaders } from './origin.ts';

/** Message headers that may travel as HTTP headers in the short form, besides every name with a dot. */
const SHORT_FORM_HEADERS = new Set(['token', 'account', 'timeout', 'wait', 'raw', 'traceparent']);

export type HttpAvqOptions = {
  readonly bus: Bus;
  readonly dialect: Dialect;
  readonly maxMessageBytes: number;
  readonly maxQueuedBytes: number;
};

/** Over HTTP one request has one answer, so that only `send` and `ping` make sense. */
export function createHttpDialect(avq: Dialect): Dialect {
  return {
    ...avq,
    read(text) {
      const frame = avq.read(text);
      return frame.kind === 'send' || frame.kind === 'ping' || frame.kind === 'invalid'
        ? frame
        : notOverHttp(frame);
    },
  };
}

function notOverHttp({ replyAddress, camelCase }: Frame): Frame {
  const description = 'по HTTP бывают только send и ping: для остального нужен WebSocket или TCP';
  return {
    kind: 'invalid',
    replyAddress,
    camelCase,
    refusal: refusal('unknown-type', description),
  };
}

/** What a path under `/tsrv` asks for. */
export type TsrvPath = { readonly address: string; readonly action: string } | 'long form';

/** `/tsrv` is the long form, `/tsrv/{address}/{action}` the short one; undefined for everything else. */
export function parseTsrvPath(pathname: string): TsrvPath | undefined {
  if (pathname === '/tsrv') return 'long form';
  const [, address, action] = /^\/tsrv\/([^/]+)\/([^/]+)$/.exec(pathname) ?? [];
  if (!address || !action) return undefined;
  try {
    return { address: decodeURIComponent(address), action: decodeURIComponent(action) };
  } catch {
    return undefined;
  }
}

function malformed(reason: string): Failure {
  return new Failure('BUS_MALFORMED_MESSAGE', { description: `сообщение не разобрано: ${reason}` });
}

function noRoom(): Failure {
  return new Failure('BUS_OVERLOADED', {
    description: 'шина читает слишком много сообщений сразу, повторите позже',
  });
}

/** Serves one `POST /tsrv…`: the body becomes a Message, the answer to it the response. */
export function serveTsrv(
  request: IncomingMessage,
  response: ServerResponse,
  connection: HttpConnection,
  path: TsrvPath,
  options: HttpAvqOptions,
): void {
  const { bus, dialect, maxMessageBytes } = options;
  const refuse = (status: number, failure: Failure) =>
    writeRefusal(response, dialect, status, failure, corsHeaders(request));
  // The rest of the body is not read.
  const refuseAndEnd = (status: number, failure: Failure) => {
    connection.endWith(response);
    refuse(status, failure);
  };
  const limits = { maxBytes: maxMessageBytes, room: connection.roomOf(clientOf(request, bus.clients), bus) };
  connection.readBody(request, response, limits, (body) => {
    if (body === 'too large') return refuseAndEnd(413, malformed(`тело длиннее ${maxMessageBytes} байт`));
    if (body === 'no room') return refuseAndEnd(503, noRoom());
    const message = toMessage(request, path, body);
    if (typeof message !== 'string') return refuse(message.status, malformed(message.reason));
    answer(request, response, connection, message, options);
  });
}

/** The Message that the request stands for, or why there is none. */
function toMessage(
  request: IncomingMessage,
  path: TsrvPath,
  body: Buffer,
): string | { readonly status: number; readonly reason: string } {
  if (body.length > 0 && !isJson(request)) {
    return { status: 415, reason: 'нужен Content-Type: application/json' };
  }
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (body.length > 0 && encoding.toLowerCase() !== 'identity') {
    return { status: 415, reason: `тело нужно без сжатия, а пришло с Content-Encoding: ${encoding}` };
  }
  const text = decodeUtf8(body);
  if (text === undefined) return { status: 400, reason: 'это не UTF-8' };
  const message = path === 'long form' ? text : toLongForm(request, path, text);
  return message ?? { status: 400, reason: 'тело должно быть пустым или полем data в JSON' };
}

function isJson(request: IncomingMessage): boolean {
  return /^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '');
}

function toLongForm(
  request: IncomingMessage,
  path: Exclude<TsrvPath, 'long form'>,
  text: string,
): string | undefined {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (typeof value === 'string' && (name.includes('.') || SHORT_FORM_HEADERS.has(name)))
      headers[name] = value;
  }
  headers.action = path.action;
  try {
    return JSON.stringify({
      type: 'send',
      address: path.address,
      reply_address: request.headers['reply-address'] ?? null,
      data: text === '' ? null : parseJson(text),
      headers,
    });
  } catch {
    return undefined;
  }
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  connection: HttpConnection,
  message: string,
  { bus, dialect, maxQueuedBytes }: HttpAvqOptions,
): void {
  const client = clientOf(request, bus.clients);
  if (client instanceof Failure) {
    return writeRefusal(response, dialect, 401, client, corsHeaders(request));
  }
  const session = bus.open({
    dialect,
    via: 'http',
    client,
    connection: connection.identity,
    peer: {
      write(text, failure) {
        const bytes = writeMessage(response, statusOf(failure), text, corsHeaders(request));
        connection.written(response, bytes, { client: session.client.name, maxQueuedBytes, log: bus.log });
      },
      close() {},
    },
  });
  connection.add(session, response);
  session.receive(message);
}
