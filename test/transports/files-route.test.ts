import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { silentLog } from '#core/log.ts';
import { createFilesRoute } from '#transports/files-route.ts';
import { HttpConnection } from '#transports/http-connection.ts';

/** Fetches a file of that name as the listener serves it. */
async function fetchNamed(name: string): Promise<Response> {
  const route = createFilesRoute({
    dialect: undefined as never,
    log: silentLog,
    clients: () => ({ required: false, anonymous: {} }) as never,
    find: async () => ({
      name,
      size: 3,
      mediaType: 'text/csv',
      open: async () =>
        (async function* () {
          yield Buffer.from('a;b');
        })(),
    }),
  });
  const server = createServer((request, response) => {
    route.route(request.url ?? '')?.handle(request, response, HttpConnection.of(request.socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return fetch(`http://127.0.0.1:${port}/files/0b9f2f2e`);
}

describe('the name of a file', () => {
  test.each([
    ['Отчёт за май.csv', '_____ __ ___.csv'],
    ['a "quoted" \\ name.csv', 'a _quoted_ _ name.csv'],
    ['100%25.csv', '100_25.csv'],
    ["it's (1)*.csv", "it's (1)*.csv"],
    ['два\r\nSet-Cookie: x.csv', '_____Set-Cookie: x.csv'],
  ])('%j comes whole, and in ASCII for old browsers', async (name, ascii) => {
    const response = await fetchNamed(name);
    expect(await response.text()).toBe('a;b');
    const [, plain, encoded] =
      /^attachment; filename="([\x20-\x7e]*)"; filename\*=UTF-8''([\w!#$&+.^`|~%-]+)$/.exec(
        response.headers.get('content-disposition') ?? '',
      ) ?? [];
    expect(plain).toBe(ascii);
    expect(decodeURIComponent(encoded ?? '')).toBe(name);
    expect(response.headers.get('set-cookie')).toBeNull();
  });

  test('that is no Unicode does not keep the file back', async () => {
    const response = await fetchNamed('a\ud800.csv');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-disposition')).toContain("UTF-8''a%EF%BF%BD.csv");
  });
});
