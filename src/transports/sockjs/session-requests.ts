import type { IncomingMessage, ServerResponse } from 'node:http';
import { readCallback, SOCKJS_FRAMINGS } from '#protocol/sockjs-framings.ts';
import type { SockJsRoute } from '#protocol/sockjs-paths.ts';
import { readJsonpBody, readXhrBody, type SockJsUpstream } from '#protocol/sockjs-upstream.ts';
import { decodeUtf8 } from '#protocol/utf8.ts';
import { HttpConnection } from '#transports/http-connection.ts';
import type { SockJsSettings } from './options.ts';
import { Receiver } from './receiver.ts';
import { answerNoContent, answerText } from './response.ts';
import type { SessionTable } from './session-table.ts';

/** Clients put all they have queued into one body: as much as so many of the largest messages. */
const MESSAGES_A_BODY = 4;

const TOO_LARGE = 'Payload too large.';
const TOO_MUCH = 'Too much is being sent.';

type Exchange = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly settings: SockJsSettings;
  readonly sessions: SessionTable;
};

type ReceiveRoute = Extract<SockJsRoute, { kind: 'receive' }>;
type SendRoute = Extract<SockJsRoute, { kind: 'send' }>;

/** `xhr`, `xhr_streaming`, `eventsource`, `htmlfile`, `jsonp`: makes the response a session's receiver. */
export function receive(
  { request, response, settings, sessions }: Exchange,
  route: ReceiveRoute,
  query: string,
) {
  const framing = SOCKJS_FRAMINGS[route.transport];
  const callback = framing.callback ? readCallback(query) : { name: '' };
  if ('complaint' in callback) return answerText(response, 500, callback.complaint);
  const session = sessions.get(route.session);
  if (!settings.admit(request, response, session)) return;
  if (!session && sessions.full) return answerText(response, 503, 'Too many sessions.');

  request.resume(); // whatever body there is means nothing
  // Scripts from elsewhere must not be taken for anything else by a browser that guesses types.
  if (route.transport === 'jsonp-polling') response.setHeader('X-Content-Type-Options', 'nosniff');
  const receiver = new Receiver(response, framing, callback.name, settings.maxBytesStreaming);
  if (session) session.receive(receiver);
  else sessions.open(route.session, request, route.transport, receiver);
}

/** `xhr_send`, `jsonp_send`: hands the messages of the body to the session. */
export function send({ request, response, settings, sessions }: Exchange, route: SendRoute) {
  const session = sessions.get(route.session);
  if (!session) return answerText(response, 404, 'No such session.');
  if (!settings.admit(request, response, session)) return;
  const limits = {
    maxBytes: MESSAGES_A_BODY * settings.maxMessageBytes,
    room: settings.bodyRoom(request),
  };
  const connection = HttpConnection.of(request.socket);
  // The rest of the body is not read, so the connection cannot be used again.
  const refuseAndEnd = (status: number, text: string) => {
    connection.endWith(response);
    answerText(response, status, text);
  };
  connection.readBody(request, response, limits, (body) => {
    if (body === 'too large') return refuseAndEnd(413, TOO_LARGE);
    if (body === 'no room') return refuseAndEnd(503, TOO_MUCH);
    const upstream = readUpstream(body, request, route);
    if ('complaint' in upstream) return answerText(response, 500, upstream.complaint);
    const fits = (text: string) => Buffer.byteLength(text) <= settings.maxMessageBytes;
    if (!upstream.messages.every(fits)) return answerText(response, 413, TOO_LARGE);
    const isTaken = session.deliver(upstream.messages, () => {
      // Konqueror could not cope with a 204 in a form's iframe (sockjs-protocol 0.3.3).
      if (route.jsonp) answerText(response, 200, 'ok');
      else answerNoContent(response);
    });
    if (!isTaken) answerText(response, 503, TOO_MUCH);
  });
}

function readUpstream(body: Buffer, { headers }: IncomingMessage, { jsonp }: SendRoute): SockJsUpstream {
  const text = decodeUtf8(body);
  if (text === undefined) return { complaint: 'Broken JSON encoding.' };
  return jsonp ? readJsonpBody(text, headers['content-type'] ?? '') : readXhrBody(text);
}
