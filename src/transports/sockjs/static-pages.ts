import { createHash, randomInt } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SockJsSettings } from './options.ts';
import { allowCaching, answer, answerText } from './response.ts';

/** `GET <prefix>`: proof that the prefix is right. */
export function answerGreeting(response: ServerResponse): void {
  answerText(response, 200, 'Welcome to SockJS!\n');
}

/** `GET <prefix>/info`: what the server can do, and luck for browsers without good random numbers (sockjs-protocol "Info test"). */
export function answerInfo(response: ServerResponse, settings: SockJsSettings): void {
  const info = {
    websocket: settings.websocket,
    cookie_needed: settings.cookieNeeded,
    origins: ['*:*'], // a constant of the protocol; who is really welcome is the HTTP listener's business
    entropy: randomInt(2 ** 32),
  };
  answer(response, 200, 'application/json; charset=UTF-8', JSON.stringify(info));
}

/** The page a browser without CORS loads from us to talk to us; the protocol fixes every character but the url. */
const IFRAME_HTML = `<!DOCTYPE html>
<html>
<head>
  <meta http-equiv="X-UA-Compatible" content="IE=edge" />
  <meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />
  <script src="https://cdn.jsdelivr.net/npm/sockjs-client@1/dist/sockjs.min.js"></script>
  <script>
    document.domain = document.domain;
    SockJS.bootstrap_iframe();
  </script>
</head>
<body>
  <h2>Don't panic!</h2>
  <p>This is a SockJS hidden iframe. It's used for cross domain magic.</p>
</body>
</html>`;

const IFRAME_ETAG = `"${createHash('sha256').update(IFRAME_HTML).digest('base64url')}"`;

/** `GET <prefix>/iframe*.html`; `now`: ms since the epoch. */
export function answerIframe(request: IncomingMessage, response: ServerResponse, now: number): void {
  allowCaching(response, now);
  response.setHeader('ETag', IFRAME_ETAG);
  const known = (request.headers['if-none-match'] ?? '').split(',').map((tag) => tag.trim());
  if (known.includes(IFRAME_ETAG)) {
    response.writeHead(304);
    response.end();
  } else {
    answer(response, 200, 'text/html; charset=UTF-8', IFRAME_HTML);
  }
}
