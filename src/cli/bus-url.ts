import { CommandError } from './command-error.ts';

const HTTP = /^https?:$/;
const WEB_SOCKET = /^wss?:$/;

/** The address of a bus as it was given; `/tsrv` is added where there is no path. */
export function parseBusUrl(text: string): URL {
  const url = URL.parse(text);
  if (!url || !(HTTP.test(url.protocol) || WEB_SOCKET.test(url.protocol) || url.protocol === 'tcp:')) {
    // Where the secret begins and ends cannot be told in what is no URL.
    const given = /[@?#]/.test(text) ? '***' : text;
    throw new CommandError('usage', `--url ${given}: expected http(s)://, ws(s):// or tcp://host:port`);
  }
  // Never sent; a WebSocket refuses it.
  url.hash = '';
  if (url.username !== '' || url.password !== '') {
    throw new CommandError('usage', `--url ${shown(url)}: a client shows who it is by --secret`);
  }
  if (url.protocol === 'tcp:' && url.port === '') {
    throw new CommandError(
      'usage',
      `--url ${shown(url)}: a port is missing; the bus listens at 1829 by default`,
    );
  }
  if (url.protocol !== 'tcp:' && url.pathname === '/') url.pathname = '/tsrv';
  return url;
}

/** The URL as it may be told to people: what stands in its query may be a secret (`access_token`). */
export function shown(url: URL): string {
  const open = new URL(url);
  open.username = '';
  open.password = '';
  open.hash = '';
  const query = [...url.searchParams].map(([name, value]) =>
    value === '' ? '***' : `${encodeURIComponent(name)}=***`,
  );
  open.search = query.join('&');
  return open.href;
}

/** The WebSocket at the same place. */
export function toWebSocketUrl(url: URL): URL {
  if (url.protocol === 'tcp:') {
    throw new CommandError('usage', `--url ${shown(url)}: expected ws(s):// or http(s)://`);
  }
  return new URL(url.href.replace(/^http/, 'ws'));
}

/** The bus cannot be reached, or what is there is no bus. */
export function unreachable(url: URL, reason: string): CommandError {
  return new CommandError(
    'failed',
    `no answer from ${shown(url)}: ${reason}\nIs the bus running (npm start)? Is this its address (--url)?`,
  );
}

/** The system's code, where the error has one. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : '';
  return error.message || code || error.name;
}
