import { describe, expect, it } from 'vitest';
import {
  expectContentType,
  expectCors,
  expectNotCached,
  expectPoll,
  expectPreflight,
  FORM,
  newSession,
  openByPolling,
  type Services,
  sendByXhr,
} from './expectations.ts';
import { call } from './http-client.ts';

const BAD_CALLBACKS = ['%20', '*', 'abc(', 'abc%28'];

export function pollingTransports(services: Services): void {
  describe('XhrPolling', () => {
    it('options', async () => {
      for (const end of ['xhr', 'xhr_send']) {
        await expectPreflight(`${services().echo}/abc/abc/${end}`, ['OPTIONS', 'POST']);
      }
    });

    it('transport', async () => {
      const session = newSession(services().echo);
      const headers = { Origin: 'test' };
      const opened = await call('POST', `${session}/xhr`, { headers });
      expect(opened).toMatchObject({ status: 200, body: 'o\n' });
      expectContentType(opened, 'application/javascript;charset=UTF-8');
      expectCors(opened, 'test');
      expectNotCached(opened);

      const sent = await call('POST', `${session}/xhr_send`, { headers, body: '["x"]' });
      expect(sent).toMatchObject({ status: 204, body: '' });
      expectContentType(sent, 'text/plain;charset=UTF-8');
      expectCors(sent, 'test');
      expectNotCached(sent);
      await expectPoll(session, 'a["x"]\n');
    });

    it('invalid_session', async () => {
      const answer = await call('POST', `${newSession(services().echo)}/xhr_send`, { body: '["x"]' });
      expect(answer.status).toBe(404);
    });

    it('invalid_json', async () => {
      const session = newSession(services().echo);
      await openByPolling(session);
      const broken = await call('POST', `${session}/xhr_send`, { body: '["x' });
      expect(broken).toMatchObject({ status: 500, body: expect.stringContaining('Broken JSON encoding.') });
      const empty = await call('POST', `${session}/xhr_send`);
      expect(empty).toMatchObject({ status: 500, body: expect.stringContaining('Payload expected.') });
      await sendByXhr(session, '["a"]');
      await expectPoll(session, 'a["a"]\n');
    });

    it('content_types', async () => {
      const session = newSession(services().echo);
      await openByPolling(session);
      const plain = ['text/plain', 'T', 'application/json', 'application/xml', 'text/xml', ''];
      const types = [...plain, 'application/json; charset=utf-8', 'text/xml; charset=utf-8'];
      for (const type of types) {
        const answer = await call('POST', `${session}/xhr_send`, {
          headers: { 'Content-Type': type },
          body: '["a"]',
        });
        expect(answer, type).toMatchObject({ status: 204, body: '' });
      }
      await expectPoll(session, `a[${types.map(() => '"a"').join(',')}]\n`);
    });

    it('request_headers_cors', async () => {
      const cases = [
        [{ 'Access-Control-Request-Headers': 'a, b, c' }, 'a, b, c'],
        [{ 'Access-Control-Request-Headers': '' }, undefined],
        [{}, undefined],
      ] as const;
      for (const [asked, allowed] of cases) {
        const answer = await call('OPTIONS', `${newSession(services().echo)}/xhr`, {
          headers: { Origin: 'test', 'Access-Control-Request-Method': 'POST', ...asked },
        });
        expect([200, 204]).toContain(answer.status);
        expectCors(answer, 'test');
        expect(answer.headers['access-control-allow-headers']).toBe(allowed);
      }
    });

    it('sending_empty_frame', async () => {
      const session = newSession(services().echo);
      await openByPolling(session);
      await sendByXhr(session, '[]');
      await sendByXhr(session, '["a"]');
      await expectPoll(session, 'a["a"]\n');
    });
  });

  describe('JsonPolling', () => {
    const open = async (base: string) => {
      const session = newSession(base);
      await expectCallback(session, 'o');
      return session;
    };
    const expectCallback = async (session: string, frame: string) => {
      const answer = await call('GET', `${session}/jsonp?c=x`);
      expect(answer).toMatchObject({ status: 200, body: `/**/x(${JSON.stringify(frame)});\r\n` });
    };
    const send = (session: string, body: string, headers = FORM) =>
      call('POST', `${session}/jsonp_send`, { headers, body });

    it('transport', async () => {
      const session = newSession(services().echo);
      const opened = await call('GET', `${session}/jsonp?c=%63allback`);
      expect(opened).toMatchObject({ status: 200, body: '/**/callback("o");\r\n' });
      expectContentType(opened, 'application/javascript;charset=UTF-8');
      expectNotCached(opened);

      const sent = await send(session, 'd=%5B%22x%22%5D');
      expect(sent).toMatchObject({ status: 200, body: 'ok' });
      expectContentType(sent, 'text/plain;charset=UTF-8');
      expectNotCached(sent);
      const received = await call('GET', `${session}/jsonp?c=%63allback`);
      expect(received).toMatchObject({ status: 200, body: '/**/callback("a[\\"x\\"]");\r\n' });
    });

    it('no_callback', async () => {
      const answer = await call('GET', `${services().echo}/a/a/jsonp`);
      expect(answer).toMatchObject({
        status: 500,
        body: expect.stringContaining('"callback" parameter required'),
      });
    });

    it('invalid_callback', async () => {
      for (const callback of BAD_CALLBACKS) {
        const answer = await call('GET', `${services().echo}/a/a/jsonp?c=${callback}`);
        expect(answer).toMatchObject({
          status: 500,
          body: expect.stringContaining('invalid "callback" parameter'),
        });
      }
    });

    it('invalid_json', async () => {
      const session = await open(services().echo);
      const broken = await send(session, 'd=%5B%22x');
      expect(broken).toMatchObject({ status: 500, body: expect.stringContaining('Broken JSON encoding.') });
      for (const body of ['', 'd=', 'p=p']) {
        const answer = await send(session, body);
        expect(answer).toMatchObject({ status: 500, body: expect.stringContaining('Payload expected.') });
      }
      expect((await send(session, 'd=%5B%22b%22%5D')).body).toBe('ok');
      await expectCallback(session, 'a["b"]');
    });

    it('content_types', async () => {
      const session = await open(services().echo);
      expect((await send(session, 'd=%5B%22abc%22%5D')).body).toBe('ok');
      expect((await send(session, '["%61bc"]', { 'Content-Type': 'text/plain' })).body).toBe('ok');
      await expectCallback(session, 'a["abc","%61bc"]');
    });

    it('close', async () => {
      const session = await open(services().close);
      await expectCallback(session, 'c[3000,"Go away!"]');
      await expectCallback(session, 'c[3000,"Go away!"]');
    });

    it('sending_empty_frame', async () => {
      const session = await open(services().echo);
      expect((await send(session, 'd=%5B%5D')).body).toBe('ok');
      expect((await send(session, 'd=%5B%22x%22%5D')).body).toBe('ok');
      await expectCallback(session, 'a["x"]');
    });
  });

  describe('JSONEncoding', () => {
    const everyCodeUnit = Array.from({ length: 0x10000 }, (_, code) => code);
    const escaped = (codes: readonly number[]) =>
      codes.map((code) => `\\u${code.toString(16).padStart(4, '0')}`).join('');

    it('xhr_server_encodes', async () => {
      const mangled = /[\u200c-\u200f\u2028-\u202f\u2060-\u206f\ufff0-\uffff]/;
      const codes = everyCodeUnit.filter((code) => mangled.test(String.fromCharCode(code)));
      const session = newSession(services().echo);
      await openByPolling(session);
      await sendByXhr(session, `["${String.fromCharCode(...codes)}"]`);
      await expectPoll(session, `a["${escaped(codes)}"]\n`);
    });

    // The original tries the characters that sockjs-client escapes; this tries them all, lone surrogates included.
    it('xhr_server_decodes', async () => {
      const session = newSession(services().echo);
      await openByPolling(session);
      await sendByXhr(session, `["${escaped(everyCodeUnit)}"]`);
      const { body } = await call('POST', `${session}/xhr`);
      const [text] = JSON.parse(body.trim().slice(1));
      expect(text.length).toBe(everyCodeUnit.length);
      expect(everyCodeUnit.filter((code) => text.charCodeAt(code) !== code)).toEqual([]);
    });
  });
}
