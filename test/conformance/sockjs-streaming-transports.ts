import { describe, expect, it } from 'vitest';
import {
  expectContentType,
  expectCors,
  expectNotCached,
  expectPreflight,
  newSession,
  type Services,
  sendByXhr,
} from './expectations.ts';
import { call, type OpenStream, openStream } from './http-client.ts';

const HTMLFILE_HEAD = [
  '<!doctype html>',
  '<html><head>',
  '  <meta http-equiv="X-UA-Compatible" content="IE=edge" />',
  '  <meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />',
  "</head><body><h2>Don't panic!</h2>",
  '  <script>',
  '    document.domain = document.domain;',
  '    var c = parent.callback;',
  '    c.start();',
  '    function p(d) {c.message(d);};',
  '    window.onload = function() {c.stop();};',
  '  </script>',
];

async function expectNext(stream: OpenStream, text: string): Promise<void> {
  expect(await stream.text.next(text.length)).toBe(text);
}

const XHR_PRELUDE = `${'h'.repeat(2048)}\n`;

export function streamingTransports(services: Services): void {
  const openXhr = async (headers = {}) => {
    const session = newSession(services().echo);
    const stream = await openStream('POST', `${session}/xhr_streaming`, { headers });
    expect(stream.status).toBe(200);
    await expectNext(stream, XHR_PRELUDE);
    await expectNext(stream, 'o\n');
    return { session, stream };
  };

  describe('XhrStreaming', () => {
    it('options', () => expectPreflight(`${services().echo}/abc/abc/xhr_streaming`, ['OPTIONS', 'POST']));

    it('transport', async () => {
      const { session, stream } = await openXhr({ Origin: 'test' });
      expectContentType(stream, 'application/javascript;charset=UTF-8');
      expectCors(stream, 'test');
      expectNotCached(stream);
      await sendByXhr(session, '["x"]');
      await expectNext(stream, 'a["x"]\n');
      stream.abort();
    });

    it('response_limit', async () => {
      const { session, stream } = await openXhr();
      // 2 bytes of `o` and 31 frames of 134 are the first to exceed 4096: one more, or one fewer, is wrong.
      const message = `["${'x'.repeat(128)}"]`;
      for (let sent = 0; sent < 31; sent += 1) {
        await sendByXhr(session, message);
        await expectNext(stream, `a${message}\n`);
      }
      expect(await stream.text.rest()).toBe('');
    });
  });

  describe('EventSource', () => {
    const open = async () => {
      const session = newSession(services().echo);
      const stream = await openStream('GET', `${session}/eventsource`);
      expect(stream.status).toBe(200);
      await expectNext(stream, '\r\n');
      await expectNext(stream, 'data: o\r\n\r\n');
      return { session, stream };
    };

    it('transport', async () => {
      const { session, stream } = await open();
      expectContentType(stream, 'text/event-stream');
      expectNotCached(stream);
      await sendByXhr(session, '["x"]');
      await expectNext(stream, 'data: a["x"]\r\n\r\n');
      await sendByXhr(session, String.raw`["  \u0000\n\r "]`);
      await expectNext(stream, `${String.raw`data: a["  \u0000\n\r "]`}\r\n\r\n`);
      stream.abort();
    });

    it('response_limit', async () => {
      const { session, stream } = await open();
      const message = `["${'x'.repeat(4096)}"]`;
      await sendByXhr(session, message);
      await expectNext(stream, `data: a${message}\r\n\r\n`);
      expect(await stream.text.rest()).toBe('');
    });
  });

  describe('HtmlFile', () => {
    const script = (frame: string) => `<script>\np(${JSON.stringify(frame)});\n</script>\r\n`;
    const open = async () => {
      const session = newSession(services().echo);
      const stream = await openStream('GET', `${session}/htmlfile?c=%63allback`);
      expect(stream.status).toBe(200);
      const head = await stream.text.through('</script>');
      const padding = await stream.text.through('\r\n\r\n');
      expect(head.split('\n')).toEqual(HTMLFILE_HEAD);
      expect(padding.trim()).toBe('');
      expect(head.length + padding.length).toBeGreaterThan(1024);
      await expectNext(stream, script('o'));
      return { session, stream };
    };

    it('transport', async () => {
      const { session, stream } = await open();
      expectContentType(stream, 'text/html;charset=UTF-8');
      expectNotCached(stream);
      await sendByXhr(session, '["x"]');
      await expectNext(stream, script('a["x"]'));
      stream.abort();
    });

    it('no_callback', async () => {
      const answer = await call('GET', `${services().echo}/a/a/htmlfile`);
      expect(answer).toMatchObject({
        status: 500,
        body: expect.stringContaining('"callback" parameter required'),
      });
    });

    it('invalid_callback', async () => {
      for (const callback of ['%20', '*', 'abc(', 'abc%28']) {
        const answer = await call('GET', `${services().echo}/a/a/htmlfile?c=${callback}`);
        expect(answer).toMatchObject({
          status: 500,
          body: expect.stringContaining('invalid "callback" parameter'),
        });
      }
    });

    it('response_limit', async () => {
      const { session, stream } = await open();
      const message = `["${'x'.repeat(4096)}"]`;
      await sendByXhr(session, message);
      await expectNext(stream, script(`a${message}`));
      expect(await stream.text.rest()).toBe('');
    });
  });
}
