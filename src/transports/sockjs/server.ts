/**
 * A SockJS 0.3 server under one path of an HTTP server: all its transports behind one kind of connection.
 * Source: sockjs-protocol 0.3.3.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { splitTarget } from '#protocol/request-target.ts';
import { pathUnder, type SockJsRoute } from '#protocol/sockjs-paths.ts';
import { answerUpgrade } from '#transports/upgrade-answer.ts';
import { handshakeComplaint } from '#transports/websocket-handshake.ts';
import { completeOptions, type SockJsOptions } from './options.ts';
import { answerText, forbidCaching, TEXT } from './response.ts';
import { prepare, routeOf } from './route-rules.ts';
import { receive, send } from './session-requests.ts';
import { SessionTable } from './session-table.ts';
import { answerGreeting, answerIframe, answerInfo } from './static-pages.ts';
import { WebSockets } from './upgrades.ts';

export type { SockJsConnection } from './connection.ts';
export type { SockJsOptions } from './options.ts';

export type SockJsServer = {
  /** Answers a request; false when its path is not under the prefix, and then nothing was done. */
  handleRequest(request: IncomingMessage, response: ServerResponse): boolean;
  /** The same for an upgrade request and its socket. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** Closes every connection, keeps no timer, and answers 503 from now on. */
  close(): void;
};

const UPGRADE_ONLY = 'Can "Upgrade" only to "WebSocket".';
const STOPPED = { status: 503, text: 'Going away.' };
const NOT_FOUND = { status: 404, text: 'Not found.' };

type Refusal = {
  readonly status: number;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
};

/** Where a request under the prefix leads. */
type Place = { readonly found: SockJsRoute | Refusal; readonly query: string };

/** @throws {Error} for a prefix that no request could match. */
export function createSockJs(options: SockJsOptions): SockJsServer {
  const settings = completeOptions(options);
  const sessions = new SessionTable(settings);
  const webSockets = new WebSockets(settings);
  let stopped = false;

  function serve(request: IncomingMessage, response: ServerResponse, route: SockJsRoute, query: string) {
    switch (route.kind) {
      case 'greeting':
        return answerGreeting(response);
      case 'iframe':
        return answerIframe(request, response, settings.clock.now());
      case 'info':
        forbidCaching(response);
        if (settings.admit(request, response, undefined)) answerInfo(response, settings);
        return;
      case 'websocket':
      case 'raw-websocket':
        return answerText(response, 400, UPGRADE_ONLY);
      case 'receive':
        forbidCaching(response);
        return receive({ request, response, settings, sessions }, route, query);
      case 'send':
        forbidCaching(response);
        return send({ request, response, settings, sessions }, route);
    }
  }

  function upgrade(kind: SockJsRoute['kind'], request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (kind !== 'websocket' && kind !== 'raw-websocket') {
      return refuseUpgrade(socket, { status: 400, text: UPGRADE_ONLY });
    }
    const complaint = handshakeComplaint(request);
    if (complaint) refuseUpgrade(socket, { ...complaint, text: complaint.description });
    else webSockets.accept(kind, request, socket, head);
  }

  function placeOf(request: IncomingMessage): Place | undefined {
    const { path, query } = splitTarget(request.url ?? '');
    const rest = pathUnder(settings.prefix, path);
    if (rest === undefined) return undefined;
    return { found: stopped ? STOPPED : (routeOf(rest, settings) ?? NOT_FOUND), query };
  }

  return {
    handleRequest(request, response) {
      const place = placeOf(request);
      if (!place) return false;
      const { found, query } = place;
      if ('status' in found) {
        answerText(response, found.status, found.text);
      } else if (prepare(request, response, found, settings)) {
        serve(request, response, found, query);
      }
      return true;
    },

    handleUpgrade(request, socket, head) {
      const place = placeOf(request);
      if (!place) return false;
      const { found } = place;
      if ('status' in found) refuseUpgrade(socket, found);
      else if (request.method !== 'GET') answerUpgrade(socket, 405, { headers: { allow: 'GET' } });
      else upgrade(found.kind, request, socket, head);
      return true;
    },

    close() {
      stopped = true;
      sessions.close();
      webSockets.close();
    },
  };
}

function refuseUpgrade(socket: Duplex, { status, text, headers }: Refusal): void {
  answerUpgrade(socket, status, { text, headers: { 'content-type': TEXT, ...headers } });
}
