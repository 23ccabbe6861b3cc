import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export type ServedBus = {
  /** `http://127.0.0.1:<port>` */
  readonly http: string;
  readonly vertxTcpPort: number;
  readonly avqTcpPort: number;
  stop(): Promise<void>;
};

/** `avq-bus serve` in a process of its own, with this configuration and every listener on a free port. */
export async function serveBus(config: object): Promise<ServedBus> {
  const folder = mkdtempSync(join(tmpdir(), 'served-bus-'));
  const file = join(folder, 'avq-bus.json');
  const listen = { http: { port: 0 }, avqTcp: { port: 0 }, vertxTcp: { port: 0 } };
  writeFileSync(file, JSON.stringify({ listen, store: { path: join(folder, 'data') }, ...config }));
  const child = spawn(process.execPath, [MAIN, 'serve', '--config', file], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: string[] = [];
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const listeners = await new Promise<Record<string, string>>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface(stream).on('line', (line) => {
        output.push(line);
        if (line.includes('"msg":"listening"')) resolve(JSON.parse(line).listeners);
      });
    }
    child.once('exit', () => reject(new Error(`avq-bus serve ended: ${output.join('\n')}`)));
  });
  const portOf = (name: string) => Number(new URL(listeners[name] ?? '').port);
  return {
    http: `http://127.0.0.1:${portOf('http')}`,
    vertxTcpPort: portOf('vertxTcp'),
    avqTcpPort: portOf('avqTcp'),
    async stop() {
      child.kill('SIGKILL');
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
