import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Log } from '#core/log.ts';
import { removeControlFile, writeControlFile } from './control-file.ts';
import type { ReloadOutcome } from './reloading.ts';

export type ControlOptions = {
  /** The folder of the store: whoever may read there may give orders. */
  readonly storePath: string;
  readonly reload: () => Promise<ReloadOutcome>;
  readonly log: Log;
};

export type Control = { close(): Promise<void> };

/**
 * Listens for `avq-bus reload` on a loopback port of its own. An order needs the token of the control file and may
 * carry no `Origin`: other users of the machine do not know the token, and a web page neither.
 */
export async function openControl({ storePath, reload, log }: ControlOptions): Promise<Control> {
  const token = randomBytes(32).toString('base64url');
  const server = createServer((request, response) => {
    if (!isOrder(request, token)) return respond(response, 403, { ok: false });
    void reload().then((outcome) => respond(response, 200, outcome));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  server.on('error', (error) => log.error({ error }, 'the control listener failed to accept'));
  const { port } = server.address() as AddressInfo;
  try {
    writeControlFile(storePath, { url: `http://127.0.0.1:${port}`, token });
  } catch (error) {
    log.warn({ error, store: storePath }, 'the store cannot be written, so `avq-bus reload` will not work');
  }
  return {
    close: () =>
      new Promise((resolve) => {
        removeControlFile(storePath, token);
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function isOrder({ method, url, headers }: IncomingMessage, token: string): boolean {
  const shown = createHash('sha256').update(headers.authorization ?? '');
  const expected = createHash('sha256').update(`Bearer ${token}`);
  const knowsToken = timingSafeEqual(shown.digest(), expected.digest());
  return knowsToken && method === 'POST' && url === '/reload' && headers.origin === undefined;
}

function respond(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
