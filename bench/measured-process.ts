import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A program in a process of its own, whose processor time can be read. Linux only: it reads `/proc`. */
export class MeasuredProcess<Told> {
  /** What it has told when it was ready: its ports. */
  readonly told: Told;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, told: Told) {
    this.#child = child;
    this.told = told;
  }

  /** `question` is the first message that it gets; it answers it when it is ready. */
  static start<Told>(file: string, question: object = {}): Promise<MeasuredProcess<Told>> {
    const path = fileURLToPath(new URL(file, import.meta.url));
    const child = fork(path, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    child.send(question);
    return new Promise((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)));
      child.once('message', (told: Told) => resolve(new MeasuredProcess(child, told)));
    });
  }

  /** Tells it something more and waits for its answer. */
  async ask<Answer>(question: string): Promise<Answer> {
    const answered = once(this.#child, 'message');
    this.#child.send(question);
    const [answer] = await answered;
    return answer;
  }

  stop(): void {
    this.#child.kill();
  }

  /** Processor time used so far, user and system (microseconds, in steps of 10 000). */
  get cpuMicros(): number {
    const stat = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10_000;
  }
}
