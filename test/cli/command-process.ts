import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export type Finished = { readonly exitCode: number | null; readonly stdout: string; readonly stderr: string };

export type ProcessOptions = {
  readonly cwd?: string;
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
};

/** A command line that runs. */
export type CommandProcess = {
  readonly stdout: string;
  readonly stderr: string;
  /** Resolves with what the expression matches, as soon as either output does; rejects when the command ends before. */
  output(expression: RegExp): Promise<RegExpExecArray>;
  signal(name: NodeJS.Signals): void;
  /** From now on nobody reads these of its outputs, nor ever will. */
  abandon(...names: ('stdout' | 'stderr')[]): void;
  readonly finished: Promise<Finished>;
};

/** Starts `avq-bus` with these arguments in a process of its own. */
export function start(args: readonly string[], options: ProcessOptions = {}): CommandProcess {
  const { AVQ_BUS_SECRET: _, ...inherited } = process.env;
  const env = { ...inherited, ...options.env };
  const child = spawn(process.execPath, [MAIN, ...args], { cwd: options.cwd, env });
  const text = { stdout: '', stderr: '' };
  const watchers = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      text[name] += chunk;
      for (const watch of watchers) watch();
    });
  }
  child.stdin.end(options.input ?? '');
  const finished = new Promise<Finished>((resolve) => {
    child.on('close', (exitCode) => resolve({ exitCode, ...text }));
  });
  return {
    get stdout() {
      return text.stdout;
    },
    get stderr() {
      return text.stderr;
    },
    output(expression) {
      return new Promise((resolve, reject) => {
        const watch = () => {
          const match = expression.exec(text.stdout) ?? expression.exec(text.stderr);
          if (match) resolve(match);
        };
        watchers.add(watch);
        watch();
        void finished.then(() =>
          reject(new Error(`ended without ${expression}: ${text.stdout}${text.stderr}`)),
        );
      });
    },
    signal: (name) => void child.kill(name),
    abandon(...names) {
      for (const name of names) child[name].destroy();
    },
    finished,
  };
}

/** Runs a command to its end. */
export function execute(args: readonly string[], options?: ProcessOptions): Promise<Finished> {
  return start(args, options).finished;
}
