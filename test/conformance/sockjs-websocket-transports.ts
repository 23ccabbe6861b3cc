import { describe, expect, it } from 'vitest';
import { newSession, type Services } from './expectations.ts';
import { call, RawConnection } from './http-client.ts';
import { WebSocketClient } from './websocket-client.ts';

export function webSocketTransports(services: Services): void {
  describe('WebsocketHttpErrors', () => {
    it('httpMethod', async () => {
      expect((await call('GET', `${services().echo}/0/0/websocket`)).status).toBe(400);
    });

    it('invalidConnectionHeader', async () => {
      const headers = { Upgrade: 'WebSocket', Connection: 'close' };
      expect((await call('GET', `${services().echo}/0/0/websocket`, { headers })).status).toBe(400);
    });

    it('invalidMethod', async () => {
      for (const headers of [{ Upgrade: 'WebSocket', Connection: 'Upgrade' }, {}]) {
        const answer = await call('POST', `${services().echo}/0/0/websocket`, { headers });
        expect(answer).toMatchObject({ status: 405, body: '' });
        expect(answer.headers['content-type']).toBeUndefined();
        expect(answer.headers.allow).toBe('GET');
      }
    });
  });

  describe('Websocket', () => {
    const openEcho = async (session = newSession(services().echo)) => {
      const client = await WebSocketClient.open(`${session}/websocket`);
      expect(await client.text()).toBe('o');
      return client;
    };

    it('transport', async () => {
      const client = await openEcho();
      client.send('["a"]');
      expect(await client.text()).toBe('a["a"]');
      client.close();
    });

    it('close', async () => {
      const client = await WebSocketClient.open(`${newSession(services().close)}/websocket`);
      expect(await client.text()).toBe('o');
      expect(await client.text()).toBe('c[3000,"Go away!"]');
      await client.closed;
      await expect(client.text()).rejects.toThrow('closed');
    });

    it('headersSanity', async () => {
      const url = `${newSession(services().echo)}/websocket`;
      const connection = await RawConnection.open(url);
      await connection.write('GET', url, '1.1', {
        Upgrade: 'websocket',
        Connection: 'Upgrade',
        'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Origin': 'http://asd',
        'Sec-WebSocket-Key': 'x3JJHMbDL1EzLkh9GBhXDw==',
      });
      const { status, headers } = await connection.head();
      expect(status).toBe(101);
      expect(headers['sec-websocket-accept']).toBe('HSmrc0sMlYUkAGmm5OPpG2HaGWk=');
      expect(headers.connection?.toLowerCase()).toBe('upgrade');
      expect(headers.upgrade?.toLowerCase()).toBe('websocket');
      expect(headers['content-length']).toBeUndefined();
      connection.abort();
    });

    it('empty_frame', async () => {
      const client = await openEcho();
      client.send('');
      client.send('[]');
      client.send('["a"]');
      expect(await client.text()).toBe('a["a"]');
      client.close();
    });

    it('reuseSessionId', async () => {
      const session = newSession(services().echo);
      const [first, second] = [await openEcho(session), await openEcho(session)];
      first.send('["a"]');
      expect(await first.text()).toBe('a["a"]');
      second.send('["b"]');
      expect(await second.text()).toBe('a["b"]');
      first.close();
      second.close();
      await Promise.all([first.closed, second.closed]);
      const third = await openEcho(session);
      third.send('["a"]');
      expect(await third.text()).toBe('a["a"]');
      third.close();
    });

    it('broken_json', async () => {
      const client = await openEcho();
      client.send('["a');
      await client.closed;
      await expect(client.text()).rejects.toThrow('closed');
    });
  });

  describe('RawWebsocket', () => {
    it('transport', async () => {
      const client = await WebSocketClient.open(`${services().echo}/websocket`);
      client.send('Hello world!\uffff');
      expect(await client.message()).toEqual({ text: 'Hello world!\uffff', binary: false });
      client.close();
    });

    it('close', async () => {
      const client = await WebSocketClient.open(`${services().close}/websocket`);
      expect((await client.closed).reason).toBe('Go away!');
    });
  });
}
