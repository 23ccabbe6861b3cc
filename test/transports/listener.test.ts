import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { silentLog } from '#core/log.ts';
import { bind } from '#transports/listener.ts';

const LOOPBACK = { host: '127.0.0.1', port: 0 };

function createBoundable(): Server {
  const server = createServer();
  onTestFinished(() => void server.close());
  return server;
}

describe('a bound server', () => {
  test('logs what goes wrong while it accepts, and goes on', async () => {
    const errors: object[] = [];
    const server = createBoundable();
    await bind(server, LOOPBACK, { ...silentLog, error: (fields) => errors.push(fields) });
    const error = Object.assign(new Error('accept EMFILE'), { code: 'EMFILE' });
    server.emit('error', error);
    expect(errors).toEqual([{ error, ...LOOPBACK }]);
    expect(server.listening).toBe(true);
  });

  test('keeps a taken port from being bound again', async () => {
    const { port } = await bind(createBoundable(), LOOPBACK, silentLog);
    await expect(bind(createBoundable(), { ...LOOPBACK, port }, silentLog)).rejects.toThrow('EADDRINUSE');
  });
});

describe('the file of a Unix domain socket', () => {
  function createFolder(): string {
    const folder = mkdtempSync(join(tmpdir(), 'listener-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    return folder;
  }

  test('that a killed process left behind is in nobody’s way', async () => {
    const folder = createFolder();
    const path = join(folder, 'bus.sock');
    const killed = createServer();
    await bind(killed, { ...LOOPBACK, path: join(folder, 'first.sock') }, silentLog);
    // Out of sight of the server, which would tidy it away.
    renameSync(join(folder, 'first.sock'), path);
    await new Promise((resolve) => killed.close(resolve));
    const server = createBoundable();
    await bind(server, { ...LOOPBACK, path }, silentLog);
    expect(server.listening).toBe(true);
  });

  test('stays when somebody listens there', async () => {
    const path = join(createFolder(), 'bus.sock');
    const first = createBoundable();
    await bind(first, { ...LOOPBACK, path }, silentLog);
    await expect(bind(createBoundable(), { ...LOOPBACK, path }, silentLog)).rejects.toThrow('EADDRINUSE');
    expect(first.listening).toBe(true);
  });

  test('stays when it is none', async () => {
    const path = join(createFolder(), 'precious.txt');
    writeFileSync(path, 'mine');
    await expect(bind(createBoundable(), { ...LOOPBACK, path }, silentLog)).rejects.toThrow('EADDRINUSE');
  });
});
