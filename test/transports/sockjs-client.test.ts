// @ts-expect-error the package has no type declarations
import untypedSockJs from 'sockjs-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '#core/clock.ts';
import type { SockJsConnection } from '#transports/sockjs/server.ts';
import { listenSockJs, type RunningServer, startSockJsTestServer } from '../sockjs-test-server.ts';

type Client = {
  onopen: () => void;
  onmessage: (event: { data: string }) => void;
  onclose: (event: { code: number; reason: string; wasClean: boolean }) => void;
  send(text: string): void;
  close(code?: number, reason?: string): void;
  readonly transport: string;
  /** Private to the package: the only place where frames can be seen before they are taken apart. */
  readonly _transport: { on(event: 'message', listener: (frame: string) => void): void };
};

const SockJS: new (url: string, protocols: null, options: { transports: string; timeout: number }) => Client =
  untypedSockJs;

let server: RunningServer;
let own: RunningServer;
/** What the last connection to `own` saw. */
let last: { connection: SockJsConnection; closed: Promise<void> };

function openOwn(connection: SockJsConnection): void {
  const { promise, resolve } = Promise.withResolvers<void>();
  last = { connection, closed: promise };
  connection.onClose = resolve;
  connection.onMessage = (text) => {
    if (text === 'close') connection.close(3001, 'enough');
    if (text === 'burst') for (const word of ['one', 'two', 'three']) connection.send(word);
  };
}

/** A session that nobody receives for ends after 50 ms and not after 5 s. */
const HASTY: Clock = {
  now: systemClock.now,
  setTimeout: (run, ms) => systemClock.setTimeout(run, ms === 5000 ? 50 : ms),
};

beforeAll(async () => {
  server = await startSockJsTestServer();
  own = await listenSockJs([
    { prefix: '/own', open: openOwn },
    { prefix: '/brief', open: openOwn, clock: HASTY },
  ]);
});
afterAll(() => Promise.all([server.stop(), own.stop()]));

describe.each(['websocket', 'xhr-streaming', 'eventsource', 'xhr-polling'])(
  'sockjs-client over %s',
  (transport) => {
    /** Sends the messages and resolves with as many answers. */
    function exchange(url: string, messages: readonly string[]): Promise<string[]> {
      return new Promise((resolve, reject) => {
        const received: string[] = [];
        const client = new SockJS(url, null, { transports: transport, timeout: 10_000 });
        client.onopen = () => {
          for (const message of messages) client.send(message);
        };
        client.onmessage = ({ data }) => {
          received.push(data);
          if (received.length === messages.length) client.close();
        };
        client.onclose = ({ code, reason, wasClean }) => {
          if (wasClean && received.length === messages.length) resolve(received);
          else reject(new Error(`closed early: ${code} ${reason}`));
        };
      });
    }

    it('echoes', async () => {
      const messages = ['hello', 'a', '{"json": [1, true, null]}', '', ' leading and trailing '];
      expect(await exchange(`${server.url}/echo`, messages)).toEqual(messages);
    });

    it('echoes through a base url with a query', async () => {
      expect(await exchange(`${server.url}/echo?user=1&c=%20`, ['x'])).toEqual(['x']);
    });

    it('echoes special characters and Unicode', async () => {
      const messages = [
        '" \\ / \b\t\n\f\r',
        '100% %41 %zz %',
        '</script>',
        'ÿ € я 漢 😀',
        '\u2028\u2029\u200c\ufffe\uffff',
      ];
      expect(await exchange(`${server.url}/echo`, messages)).toEqual(messages);
    });

    it('echoes every code unit but surrogates', async () => {
      const codes = Array.from({ length: 0x10000 }, (_, code) => code).filter(
        (code) => code < 0xd800 || code > 0xdfff,
      );
      const killer =
        String.fromCharCode(...codes.slice(0, 30_000)) + String.fromCharCode(...codes.slice(30_000));
      const [answer] = await exchange(`${server.url}/echo`, [killer]);
      expect(answer === killer).toBe(true);
    });

    it('echoes large messages in one batch, longer than a streaming response', async () => {
      const messages = [1, 2, 4, 8, 13, 15, 17].map((power) => 'x'.repeat(2 ** power));
      const answers = await exchange(`${server.url}/echo`, messages);
      expect(answers.map((answer) => answer.length)).toEqual(messages.map((message) => message.length));
    });

    it('downloads what is larger than a WebSocket frame', async () => {
      const [answer] = await exchange(`${server.url}/amplify`, ['18']);
      expect(answer?.length).toBe(2 ** 18);
    });

    it('hears the server close', async () => {
      const closed = await new Promise((resolve) => {
        const client = new SockJS(`${own.url}/own`, null, { transports: transport, timeout: 10_000 });
        client.onopen = () => client.send('close');
        client.onclose = resolve;
      });
      expect(closed).toMatchObject({ code: 3001, reason: 'enough', wasClean: true });
      await last.closed;
    });

    it('tells the server that the user closed', async () => {
      const closed = await new Promise((resolve) => {
        const client = new SockJS(`${own.url}/brief`, null, { transports: transport, timeout: 10_000 });
        client.onopen = () => client.close(3002, 'bye');
        client.onclose = resolve;
      });
      expect(closed).toMatchObject({ code: 3002, reason: 'bye', wasClean: true });
      // xhr-polling may be between two polls: then the session ends by its delay.
      await last.closed;
    });

    it('receives what was sent in one turn as one frame', async () => {
      const frames = await new Promise<string[]>((resolve) => {
        const seen: string[] = [];
        let words = 0;
        const client = new SockJS(`${own.url}/own`, null, { transports: transport, timeout: 10_000 });
        client.onopen = () => {
          client._transport.on('message', (frame) => seen.push(frame));
          client.send('burst');
        };
        client.onmessage = () => {
          words += 1;
          if (words === 3) client.close();
        };
        client.onclose = () => resolve(seen);
      });
      expect(frames).toEqual(['a["one","two","three"]']);
    });
  },
);
