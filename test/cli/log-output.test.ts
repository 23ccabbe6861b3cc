import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LogOutput } from '#cli/log-output.ts';
import { systemClock } from '#core/clock.ts';
import { createFakeClock } from '../support/fake-clock.ts';

let folder: string;
let file: string;
let fileDescriptor: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'avq-bus-log-'));
  file = join(folder, 'log');
  fileDescriptor = openSync(file, 'w');
});

afterEach(() => {
  closeSync(fileDescriptor);
  rmSync(folder, { recursive: true, force: true });
});

function lines(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `{"n":${index},"text":"чек"}\n`);
}

const written = () => readFileSync(file, 'utf8');

function open(target = fileDescriptor) {
  const clock = createFakeClock(0);
  const failures: string[] = [];
  const onFailure = (reason: string) => failures.push(reason);
  return { clock, failures, output: new LogOutput({ fileDescriptor: target, clock, onFailure }) };
}

describe('lines', () => {
  test('are gathered, and written after a moment', async () => {
    const { clock, output } = open();
    output.write('a\n');
    output.write('b\n');
    clock.advance(199);
    await output.idle(1_000);
    expect(written()).toBe('');
    clock.advance(1);
    await expect.poll(written).toBe('a\nb\n');
  });

  test('are written at once when there are many, all of them and in their order', async () => {
    const { output } = open();
    const many = lines(3_000);
    for (const line of many) output.write(line);
    await output.idle(1_000);
    expect(written()).not.toBe('');
    output.writeRest();
    expect(written()).toBe(many.join(''));
  });

  test('are all written at the end, and none twice', () => {
    const { output } = open();
    output.write('a\n');
    output.writeRest();
    output.writeRest();
    expect(written()).toBe('a\n');
  });
});

describe('where nothing can be written', () => {
  test('the bus is told once, however often it is tried again', async () => {
    const full = openSync('/dev/full', 'w');
    const { clock, failures, output } = open(full);
    output.write('a\n');
    output.flush();
    await expect.poll(() => failures).toEqual([expect.stringContaining('ENOSPC')]);
    clock.advance(1_000);
    await output.idle(1_000);
    expect(clock.pending).toBe(1);
    output.writeRest();
    expect(failures).toHaveLength(1);
    closeSync(full);
  });

  test('lines that nobody reads are lost, not kept', async () => {
    // Four times what is kept, in a process that has no room for it.
    const script = `
      import { LogOutput } from '#cli/log-output.ts';
      import { systemClock } from '#core/clock.ts';
      process.stdout.on('error', () => undefined);
      const output = new LogOutput({ fileDescriptor: 1, clock: systemClock, onFailure: () => undefined });
      for (let line = 0; line < 1_000_000; line += 1) {
        output.write(line + 'x'.repeat(260) + '\\n');
        if (line % 1000 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      process.exit(0);`;
    const flags = ['--max-old-space-size=160', '--input-type=module', '-e', script];
    const child = spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'inherit'] });
    const exitCode = await new Promise((resolve) => child.on('exit', resolve));
    child.stdout.destroy();
    expect(exitCode).toBe(0);
  });

  test('a reader that reads nothing holds up neither the bus nor its end', async () => {
    // A child that writes to a pipe which is never read: more than fits into one.
    const script = `
      import { LogOutput } from '#cli/log-output.ts';
      import { systemClock } from '#core/clock.ts';
      process.stdout.on('error', () => undefined);
      const output = new LogOutput({ fileDescriptor: 1, clock: systemClock, onFailure: () => undefined });
      for (let line = 0; line < 50_000; line += 1) output.write('x'.repeat(99) + '\\n');
      await output.idle(500);
      output.writeRest();
      process.exit(0);`;
    const startedAt = systemClock.now();
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exitCode = await new Promise((resolve) => child.on('exit', resolve));
    child.stdout.destroy();
    expect(exitCode).toBe(0);
    expect(systemClock.now() - startedAt).toBeLessThan(8_000);
  });
});
