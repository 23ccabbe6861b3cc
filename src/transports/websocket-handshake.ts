import type { IncomingMessage } from 'node:http';

/** What keeps a request from being answered in the way it wants. */
type Complaint = {
  readonly status: number;
  readonly description: string;
  readonly headers?: Readonly<Record<string, string>>;
};

/** One and more tokens (RFC 9110 5.6.2), none of them twice (RFC 6455 4.1). */
function areSubprotocols(header: string): boolean {
  const names = header.split(/[ \t]*,[ \t]*/);
  return (
    new Set(names).size === names.length && names.every((name) => /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name))
  );
}

/** Is it the opening handshake of a WebSocket, right or wrong? Java's client asks for `h2c` with ordinary requests. */
export function asksForWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket';
}

/** What is wrong with a WebSocket's opening handshake (RFC 6455 4.2.1): `ws` would say it in a page of HTML. */
export function handshakeComplaint({ method, httpVersion, headers }: IncomingMessage): Complaint | undefined {
  if (method !== 'GET') {
    return { status: 405, description: 'WebSocket открывают методом GET', headers: { allow: 'GET' } };
  }
  if (httpVersion === '1.0') return { status: 400, description: 'WebSocket бывает с HTTP/1.1' };
  if (!/^[+/0-9A-Za-z]{22}==$/.test(headers['sec-websocket-key'] ?? '')) {
    return { status: 400, description: 'Sec-WebSocket-Key — это 16 байт в base64' };
  }
  const version = headers['sec-websocket-version'];
  // RFC 6455 4.4: what is spoken here. The last draft differs in nothing that matters.
  if (version !== '13' && version !== '8') {
    return {
      status: 426,
      description: 'нужен Sec-WebSocket-Version: 13',
      headers: { connection: 'close, upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' },
    };
  }
  const { 'sec-websocket-protocol': subprotocols } = headers;
  if (subprotocols !== undefined && !areSubprotocols(subprotocols)) {
    return { status: 400, description: 'Sec-WebSocket-Protocol — это имена через запятую, каждое один раз' };
  }
  return undefined;
}
