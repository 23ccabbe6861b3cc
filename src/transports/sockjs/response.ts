import type { IncomingMessage, ServerResponse } from 'node:http';

const YEAR_SECONDS = 31_536_000;
/** The content type of everything said in plain words. */
export const TEXT = 'text/plain; charset=UTF-8';

/** A small answer of plain text. */
export function answerText(response: ServerResponse, status: number, text: string): void {
  answer(response, status, TEXT, text);
}

/** A whole answer, with its length: HTTP/1.0 clients can then keep their connection. */
export function answer(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.setHeader('Content-Type', contentType);
  response.setHeader('Content-Length', Buffer.byteLength(body));
  response.writeHead(status);
  response.end(body);
}

/** The answer to `xhr_send`: Firefox took a typeless 204 for XML and complained (sockjs-protocol 0.3.3). */
export function answerNoContent(response: ServerResponse): void {
  response.setHeader('Content-Type', TEXT);
  response.writeHead(204);
  response.end();
}

/** 405, with no body and no content type. */
export function refuseMethod(response: ServerResponse, allowed: string): void {
  response.setHeader('Allow', allowed);
  response.setHeader('Content-Length', 0);
  response.writeHead(405);
  response.end();
}

/** The answer to a preflight, for a year. CORS headers are set by {@link allowCrossOrigin}. */
export function answerPreflight(response: ServerResponse, methods: string, now: number): void {
  allowCaching(response, now);
  response.setHeader('Access-Control-Allow-Methods', methods);
  response.setHeader('Access-Control-Max-Age', YEAR_SECONDS);
  response.writeHead(204);
  response.end();
}

/** CORS as the protocol wants it: the origin itself, even `null`, because credentials forbid `*`. */
export function allowCrossOrigin(request: IncomingMessage, response: ServerResponse): void {
  const { origin } = request.headers;
  if (origin === undefined) {
    response.setHeader('Access-Control-Allow-Origin', '*');
  } else {
    response.setHeader('Access-Control-Allow-Origin', origin);
    response.setHeader('Access-Control-Allow-Credentials', 'true');
  }
  response.setHeader('Vary', 'Origin');
  const wanted = request.headers['access-control-request-headers'];
  if (wanted) response.setHeader('Access-Control-Allow-Headers', wanted);
}

/** iOS 6 cached even POSTs. */
export function forbidCaching(response: ServerResponse): void {
  response.setHeader('Cache-Control', 'no-store, no-cache, no-transform, must-revalidate, max-age=0');
}

/** `now`: ms since the epoch. */
export function allowCaching(response: ServerResponse, now: number): void {
  response.setHeader('Cache-Control', `public, max-age=${YEAR_SECONDS}`);
  response.setHeader('Expires', new Date(now + YEAR_SECONDS * 1000).toUTCString());
}

/** Repeats the client's `JSESSIONID`, or makes one up, for load balancers that stick to it. */
export function setSessionCookie(request: IncomingMessage, response: ServerResponse): void {
  const [, value] = /(?:^|;)\s*JSESSIONID=([^;\s]*)/.exec(request.headers.cookie ?? '') ?? [];
  response.setHeader('Set-Cookie', `JSESSIONID=${value || 'dummy'}; path=/`);
}
