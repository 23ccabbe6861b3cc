import { describe, expect, it } from 'vitest';
import { expectPoll, newSession, openByPolling, type Services, sendByXhr } from './expectations.ts';
import { call, type OpenStream, openStream, RawConnection, until } from './http-client.ts';

const GO_AWAY = 'c[3000,"Go away!"]\n';
const STILL_OPEN = 'c[2010,"Another connection still open"]\n';
const AFTER_ABORT = ['o\n', 'c[1002,"Connection interrupted"]\n'];

export function sessionRules(services: Services): void {
  /** A poll the server is known to hold: its bytes are in the kernel before anybody asks again. */
  const pendingPoll = async (session: string) => {
    const connection = await RawConnection.open(session);
    await connection.write('POST', `${session}/xhr`, '1.1');
    return connection;
  };
  const stream = async (session: string) => {
    const opened = await openStream('POST', `${session}/xhr_streaming`);
    await opened.text.through('\n');
    return opened;
  };
  const frame = (opened: OpenStream) => opened.text.through('\n');
  const poll = async (session: string) => (await call('POST', `${session}/xhr`)).body;

  describe('Protocol', () => {
    it('simpleSession', async () => {
      const session = newSession(services().echo);
      await openByPolling(session);
      await sendByXhr(session, '["a"]');
      await expectPoll(session, 'a["a"]\n');
      const unknown = await call('POST', `${services().echo}/000/bad_session/xhr_send`, { body: '["a"]' });
      expect(unknown.status).toBe(404);
      const first = await pendingPoll(session);
      await expectPoll(session, STILL_OPEN);
      first.abort();
    });

    it('closeSession', async () => {
      const session = newSession(services().close);
      await openByPolling(session);
      await expectPoll(session, GO_AWAY);
      await expectPoll(session, GO_AWAY);
    });
  });

  describe('HandlingClose', () => {
    it('close_frame', async () => {
      const session = newSession(services().close);
      const first = await stream(session);
      expect(await frame(first)).toBe('o\n');
      expect(await frame(first)).toBe(GO_AWAY);
      const second = await stream(session);
      expect(await frame(second)).toBe(GO_AWAY);
      expect(await first.text.rest()).toBe('');
      expect(await second.text.rest()).toBe('');
    });

    it('close_request', async () => {
      const session = newSession(services().echo);
      const first = await stream(session);
      expect(await frame(first)).toBe('o\n');
      const second = await stream(session);
      expect(await frame(second)).toBe(STILL_OPEN);
      expect(await second.text.rest()).toBe('');
      await sendByXhr(session, '["still there"]');
      expect(await frame(first)).toBe('a["still there"]\n');
      first.abort();
    });

    it('abort_xhr_streaming', async () => {
      const session = newSession(services().echo);
      const first = await stream(session);
      expect(await frame(first)).toBe('o\n');
      const second = await stream(session);
      expect(await frame(second)).toBe(STILL_OPEN);
      expect(await second.text.rest()).toBe('');
      first.abort();
      const ask = async () => {
        const opened = await stream(session);
        const answer = await frame(opened);
        opened.abort();
        return answer;
      };
      expect(AFTER_ABORT).toContain(await until(ask, (answer) => answer !== STILL_OPEN));
    });

    it('abort_xhr_polling', async () => {
      const session = newSession(services().echo);
      await openByPolling(session);
      const first = await pendingPoll(session);
      await expectPoll(session, STILL_OPEN);
      first.abort();
      expect(AFTER_ABORT).toContain(
        await until(
          () => poll(session),
          (answer) => answer !== STILL_OPEN,
        ),
      );
    });
  });

  describe.each([
    ['Http10', '1.0'],
    ['Http11', '1.1'],
  ])('%s', (_, version) => {
    const keepAlive = { Connection: 'Keep-Alive' };
    const greeting = async (connection: RawConnection, headers: Record<string, string>) => {
      if (headers['content-length'] !== undefined)
        return connection.text.next(Number(headers['content-length']));
      if (headers['transfer-encoding'] === undefined) return connection.text.rest();
      return (await connection.chunk()) + (await connection.chunk());
    };

    it('synchronous', async () => {
      const connection = await RawConnection.open(services().echo);
      await connection.write('GET', services().echo, version, keepAlive);
      const { status, headers } = await connection.head();
      expect(status).toBe(200);
      if (version === '1.0') expect(headers['transfer-encoding']).toBeUndefined();
      if (version === '1.1') expect(headers.connection?.toLowerCase()).not.toBe('close');
      expect(await greeting(connection, headers)).toBe('Welcome to SockJS!\n');
      if (headers.connection?.toLowerCase() === 'close') {
        expect(await connection.text.rest()).toBe('');
      } else {
        await connection.write('GET', services().echo, version, keepAlive);
        expect((await connection.head()).status).toBe(200);
        connection.abort();
      }
    });

    it('streaming', async () => {
      const url = `${newSession(services().close)}/xhr_streaming`;
      const connection = await RawConnection.open(url);
      await connection.write('POST', url, version, keepAlive);
      const { status, headers } = await connection.head();
      expect(status).toBe(200);
      expect(headers['content-length']).toBeUndefined();
      const prelude = `${'h'.repeat(2048)}\n`;
      if (version === '1.0') {
        expect(headers['transfer-encoding']).toBeUndefined();
        expect(await connection.text.rest()).toBe(`${prelude}o\n${GO_AWAY}`);
      } else {
        expect(headers['transfer-encoding']).toBe('chunked');
        const chunks = [await connection.chunk(), await connection.chunk(), await connection.chunk()];
        expect(chunks).toEqual([prelude, 'o\n', GO_AWAY]);
        expect(await connection.chunk()).toBe('');
        connection.abort();
      }
    });
  });
}
