import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export type Ports = { readonly http: number; readonly tcp: number };

/** A server in a process of its own, whose processor time can be read. Linux only: it reads `/proc`. */
export class MeasuredProcess {
  readonly ports: Ports;
  readonly #child: ChildProcess;

  constructor(child: ChildProcess, ports: Ports) {
    this.#child = child;
    this.ports = ports;
  }

  static start(file: string): Promise<MeasuredProcess> {
    const path = fileURLToPath(new URL(file, import.meta.url));
    const child = fork(path, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    return new Promise((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)));
      child.once('message', (ports: Ports) => resolve(new MeasuredProcess(child, ports)));
    });
  }

  /** Processor time used so far, user and system (microseconds, in steps of 10 000). */
  cpuMicros(): number {
    const stat = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10_000;
  }

  stop(): void {
    this.#child.kill();
  }
}
