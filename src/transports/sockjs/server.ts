/**
 * A SockJS 0.3 server under one path of an HTTP server: all its transports behind one kind of connection.
 * Source: sockjs-protocol 0.3.3.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type SockJsRoute, splitTarget } from '#protocol/sockjs-paths.ts';
import { completeOptions, type SockJsOptions } from './options.ts';
import { answerText, forbidCaching } from './response.ts';
import { admit, prepare } from './route-rules.ts';
import { receive, send } from './session-requests.ts';
import { SessionTable } from './session-table.ts';
import { answerGreeting, answerIframe, answerInfo, iframePage } from './static-pages.ts';
import { refuseUpgrade, WebSockets } from './upgrades.ts';

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

/** @throws {Error} for a prefix that no request could match. */
export function createSockJs(options: SockJsOptions): SockJsServer {
  const settings = completeOptions(options);
  const sessions = new SessionTable(settings);
  const webSockets = new WebSockets(settings);
  const page = iframePage(settings.clientUrl);
  let stopped = false;

  function serve(request: IncomingMessage, response: ServerResponse, route: SockJsRoute, query: string) {
    switch (route.kind) {
      case 'greeting':
        return answerGreeting(response);
      case 'iframe':
        return answerIframe(request, response, page, settings.clock.now());
      case 'info':
        forbidCaching(response);
        return answerInfo(response, settings);
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

  return {
    handleRequest(request, response) {
      const target = splitTarget(request.url ?? '', settings.prefix);
      if (!target) return false;
      const admission = stopped ? STOPPED : admit(request, target.path, settings);
      if ('status' in admission) {
        answerText(response, admission.status, admission.text);
      } else if (prepare(request, response, admission.route, settings)) {
        serve(request, response, admission.route, target.query);
      }
      return true;
    },

    handleUpgrade(request, socket, head) {
      const target = splitTarget(request.url ?? '', settings.prefix);
      if (!target) return false;
      const admission = stopped ? STOPPED : admit(request, target.path, settings);
      if ('status' in admission) refuseUpgrade(socket, admission);
      else if (request.method !== 'GET') refuseUpgrade(socket, { status: 405, allow: 'GET' });
      else if (!webSockets.accept(admission.route.kind, request, socket, head)) {
        refuseUpgrade(socket, { status: 400, text: UPGRADE_ONLY });
      }
      return true;
    },

    close() {
      stopped = true;
      sessions.close();
      webSockets.close();
    },
  };
}
