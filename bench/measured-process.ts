import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Load, onEvery } from './load.ts';

type Ports = { readonly http: number; readonly tcp: number };

export type Measured = { readonly cpuMicros: number; readonly perSecond: number };

/** A server in a process of its own, whose processor time can be read. Linux only: it reads `/proc`. */
export class MeasuredProcess {
  readonly ports: Ports;
  readonly #child: ChildProcess;

  constructor(child: ChildProcess, ports: Ports) {
    this.#child = child;
    this.ports = ports;
  }

  static start(file: string, ...args: string[]): Promise<MeasuredProcess> {
    const path = fileURLToPath(new URL(file, import.meta.url));
    const child = fork(path, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    return new Promise((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)));
      child.once('message', (ports: Ports) => resolve(new MeasuredProcess(child, ports)));
    });
  }

  /** What a message costs this process, and how many a second it answers. */
  async measure(load: Load, drive: (load: Load, messages: number) => Promise<void>): Promise<Measured> {
    const [cpu, start] = [this.#cpuMicros(), performance.now()];
    await onEvery(load, drive);
    const seconds = (performance.now() - start) / 1000;
    return { cpuMicros: (this.#cpuMicros() - cpu) / load.messages, perSecond: load.messages / seconds };
  }

  stop(): void {
    this.#child.kill();
  }

  /** Processor time used so far, user and system (microseconds, in steps of 10 000). */
  #cpuMicros(): number {
    const stat = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10_000;
  }
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
