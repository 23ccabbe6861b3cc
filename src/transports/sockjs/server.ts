/**
 * A SockJS 0.3 server under one path of an HTTP server: all its transports behind one kind of connection.
 * Source: facts/vertx.md 3, sockjs-protocol 0.3.3.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type SockJsRoute, sockJsRoute, splitTarget } from '#protocol/sockjs-paths.ts';
import { completeOptions, type SockJsOptions, type SockJsSettings } from './options.ts';
import {
  allowCrossOrigin,
  answerPreflight,
  answerText,
  forbidCaching,
  refuseMethod,
  setSessionCookie,
} from './response.ts';
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
