import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  expectCachedForLong,
  expectContentType,
  expectCookie,
  expectCors,
  expectNoCookie,
  expectNotCached,
  expectPoll,
  expectPreflight,
  FORM,
  newSession,
  openByPolling,
  type Services,
  sendByXhr,
} from './expectations.ts';
import { call, openStream, RawConnection } from './http-client.ts';

const IFRAME_LINES = [
  '<!DOCTYPE html>',
  '<html>',
  '<head>',
  '  <meta http-equiv="X-UA-Compatible" content="IE=edge" />',
  '  <meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />',
  '  <script src="URL"></script>',
  '  <script>',
  '    document.domain = document.domain;',
  '    SockJS.bootstrap_iframe();',
  '  </script>',
  '</head>',
  '<body>',
  "  <h2>Don't panic!</h2>",
  "  <p>This is a SockJS hidden iframe. It's used for cross domain magic.</p>",
  '</body>',
  '</html>',
];

export function pagesAndSessions(services: Services): void {
  describe('BaseUrlGreeting', () => {
    it('greeting', async () => {
      for (const url of [services().echo, `${services().echo}/`]) {
        const answer = await call('GET', url);
        expect(answer).toMatchObject({ status: 200, body: 'Welcome to SockJS!\n' });
        expectContentType(answer, 'text/plain;charset=UTF-8');
        expectNoCookie(answer);
      }
    });

    it('notFound', async () => {
      for (const suffix of ['/a', '/a.html', '//', '///', '/a/a', '/a/a/', '/a/']) {
        expect((await call('GET', services().echo + suffix)).status, suffix).toBe(404);
      }
    });
  });

  describe('IframePage', () => {
    async function expectIframe(suffix: string): Promise<void> {
      const answer = await call('GET', services().echo + suffix);
      expect(answer.status, suffix).toBe(200);
      expectContentType(answer, 'text/html;charset=UTF-8');
      expectCachedForLong(answer);
      expect(answer.headers.etag).toBeTruthy();
      expect(answer.headers['last-modified']).toBeUndefined();
      expectNoCookie(answer);
      const [, url = ''] = /<script src="([^"]*)">/.exec(answer.body) ?? [];
      expect(url).toMatch(/^(\/|http)/);
      expect(answer.body.trim().replace(url, 'URL').split('\n')).toEqual(IFRAME_LINES);
    }

    it('simpleUrl', () => expectIframe('/iframe.html'));

    it('versionedUrl', async () => {
      for (const version of ['a', '', '0.1.2', '0.1.2abc-dirty.2144'])
        await expectIframe(`/iframe-${version}.html`);
    });

    it('queriedUrl', async () => {
      for (const tail of ['a.html?t=1234', '0.1.2.html?t=123414', '0.1.2abc-dirty.2144.html?t=qweqweq123']) {
        await expectIframe(`/iframe-${tail}`);
      }
    });

    it('invalidUrl', async () => {
      const names = [
        'iframe.htm',
        'iframe',
        'IFRAME.HTML',
        'IFRAME',
        'iframe.HTML',
        'iframe.xml',
        'iframe-/.html',
      ];
      for (const name of names) {
        expect((await call('GET', `${services().echo}/${name}`)).status, name).toBe(404);
      }
    });

    it('cacheability', async () => {
      const url = `${services().echo}/iframe.html`;
      const { etag } = (await call('GET', url)).headers;
      expect(etag).toBeTruthy();
      expect((await call('GET', url)).headers.etag).toBe(etag);
      const again = await call('GET', url, { headers: { 'If-None-Match': etag } });
      expect(again).toMatchObject({ status: 304, body: '' });
      expect(again.headers['content-type']).toBeUndefined();
    });
  });

  describe('InfoTest', () => {
    const readInfo = async (base: string) => JSON.parse((await call('GET', `${base}/info`)).body);

    it('basic', async () => {
      const answer = await call('GET', `${services().echo}/info`, { headers: { Origin: 'test' } });
      expect(answer.status).toBe(200);
      expectContentType(answer, 'application/json;charset=UTF-8');
      expectNoCookie(answer);
      expectNotCached(answer);
      expectCors(answer, 'test');
      const info = JSON.parse(answer.body);
      expect(info).toMatchObject({ websocket: true, cookie_needed: false, origins: ['*:*'] });
      expect(info.entropy).toSatisfy((n) => Number.isInteger(n) && n >= 0 && n < 2 ** 32);
    });

    it('entropy', async () => {
      const { entropy } = await readInfo(services().echo);
      expect(entropy).toBeTypeOf('number');
      expect((await readInfo(services().echo)).entropy).not.toBe(entropy);
    });

    it('options', () => expectPreflight(`${services().echo}/info`, ['OPTIONS', 'GET']));

    it('options_null_origin', async () => {
      const answer = await call('OPTIONS', `${services().echo}/info`, {
        headers: { Origin: 'null', 'Access-Control-Request-Method': 'POST' },
      });
      expect([200, 204]).toContain(answer.status);
      expect(answer.body).toBe('');
      expect(answer.headers['access-control-allow-origin']).toBe('null');
    });

    it('disabled_websocket', async () => {
      expect(await readInfo(services().disabledWebSocket)).toMatchObject({ websocket: false });
    });
  });

  describe('SessionURLs', () => {
    it('anyValue', async () => {
      for (const path of ['/a/a', '/_/_', '/1/', '/abcdefgh_i-j%20/abcdefg_i-j%20']) {
        await openByPolling(services().echo + path + randomUUID());
      }
    });

    it('invalidPaths', async () => {
      for (const path of ['//', '/a./a', '/a/a.', '/./.', '/', '///']) {
        for (const method of ['GET', 'POST']) {
          // A raw connection, because a URL library would tidy the dots away.
          const connection = await RawConnection.open(services().echo);
          await connection.write(method, `${services().echo}${path}/xhr`, '1.1');
          expect((await connection.head()).status, `${method} ${path}`).toBe(404);
          connection.abort();
        }
      }
    });

    it('ignoringServerId', async () => {
      const id = randomUUID();
      await openByPolling(`${services().echo}/000/${id}`);
      await sendByXhr(`${services().echo}/000/${id}`, '["a"]');
      await expectPoll(`${services().echo}/999/${id}`, 'a["a"]\n');
    });
  });

  describe('JsessionidCookie', () => {
    it('basic', async () => {
      const answer = await call('GET', `${services().cookieNeeded}/info`);
      expect(answer.status).toBe(200);
      expectNoCookie(answer);
      expect(JSON.parse(answer.body)).toMatchObject({ cookie_needed: true });
    });

    it('xhr', async () => {
      const fresh = await call('POST', `${newSession(services().cookieNeeded)}/xhr`);
      expect(fresh).toMatchObject({ status: 200, body: 'o\n' });
      expectCookie(fresh, 'dummy');
      const headers = { Cookie: 'JSESSIONID=abcdef' };
      const known = await call('POST', `${newSession(services().cookieNeeded)}/xhr`, { headers });
      expect(known).toMatchObject({ status: 200, body: 'o\n' });
      expectCookie(known, 'abcdef');
    });

    it.each([
      ['xhr_streaming', 'POST', '/xhr_streaming'],
      ['eventsource', 'GET', '/eventsource'],
      ['htmlfile', 'GET', '/htmlfile?c=%63allback'],
    ])('%s', async (_, method, tail) => {
      const stream = await openStream(method, newSession(services().cookieNeeded) + tail);
      expect(stream.status).toBe(200);
      expectCookie(stream, 'dummy');
      stream.abort();
    });

    it('jsonp', async () => {
      const session = newSession(services().cookieNeeded);
      const opened = await call('GET', `${session}/jsonp?c=%63allback`);
      expect(opened).toMatchObject({ status: 200, body: '/**/callback("o");\r\n' });
      expectCookie(opened, 'dummy');
      const sent = await call('POST', `${session}/jsonp_send`, { headers: FORM, body: 'd=%5B%22x%22%5D' });
      expect(sent).toMatchObject({ status: 200, body: 'ok' });
      expectCookie(sent, 'dummy');
    });
  });
}
