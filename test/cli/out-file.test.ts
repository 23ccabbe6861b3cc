import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { CommandError } from '#cli/command-error.ts';
import { openOutFile } from '#cli/out-file.ts';
import { temporaryFolder } from '../store/temporary-folder.ts';
import { eventually } from '../support/eventually.ts';

const NEW = [Buffer.from('new')];

async function* broken() {
  yield Buffer.from('ne');
  throw new Error('cut off');
}

function refusal(path: string): CommandError | undefined {
  try {
    openOutFile(path);
  } catch (error) {
    if (error instanceof CommandError) return error;
  }
  return undefined;
}

describe('a target that cannot be written', () => {
  test.each([
    ['in a missing folder', 'missing/report.xlsx', 'ENOENT'],
    ['that is a folder', 'sub', 'it is a folder'],
    ['that can only be a folder', 'new/', 'it is a folder'],
    ['below a file', 'file/report.xlsx', 'ENOTDIR'],
    ['behind a link to itself', 'loop', 'ELOOP'],
    ['behind a link to a missing folder', 'astray', 'ENOENT'],
    ['of a name too long', 'x'.repeat(300), 'ENAMETOOLONG'],
  ])('is refused in one sentence: one %s', (_what, name, reason) => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'sub'));
    writeFileSync(join(folder, 'file'), '');
    symlinkSync('loop', join(folder, 'loop'));
    symlinkSync('missing/report.xlsx', join(folder, 'astray'));
    const before = readdirSync(folder);
    const error = refusal(join(folder, name).concat(name.endsWith('/') ? '/' : ''));
    expect(error?.exitCode).toBe(2);
    expect(error?.message).toContain(reason);
    expect(error?.message).not.toContain('\n');
    expect(readdirSync(folder)).toEqual(before);
  });

  test('is refused where no file can be made', () => {
    expect(refusal('/proc/report.xlsx')?.exitCode).toBe(2);
  });

  test('is refused when it is a socket', async () => {
    const path = join(temporaryFolder(), 'socket');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    onTestFinished(() => void server.close());
    expect(refusal(path)?.message).toContain('it is a socket');
  });
});

describe('a file', () => {
  test('is replaced with its permissions, and nothing is left beside it', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'report.xlsx');
    writeFileSync(file, 'old');
    chmodSync(file, 0o600);
    await openOutFile(file).save(NEW);
    expect(readFileSync(file, 'utf8')).toBe('new');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['report.xlsx']);
  });

  test('stays what it was until the new one is whole', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'report.xlsx');
    writeFileSync(file, 'old');
    await expect(openOutFile(file).save(broken())).rejects.toThrow('cut off');
    expect(readFileSync(file, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['report.xlsx']);
  });

  test('never costs another one that has the name of its half', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'report.xlsx.part'), 'mine');
    await openOutFile(join(folder, 'report.xlsx')).save(NEW);
    expect(readFileSync(join(folder, 'report.xlsx.part'), 'utf8')).toBe('mine');
  });

  test('may have the longest name there is', async () => {
    const file = join(temporaryFolder(), 'x'.repeat(255));
    await openOutFile(file).save(NEW);
    expect(readFileSync(file, 'utf8')).toBe('new');
  });

  test('is left without its half when the program ends', async () => {
    const folder = temporaryFolder();
    const target = openOutFile(join(folder, 'report.xlsx'));
    async function* interrupted() {
      yield Buffer.from('ne');
      await eventually(() => readdirSync(folder).some((name) => name.endsWith('.part')));
      target.abandon();
      expect(readdirSync(folder)).toEqual([]);
    }
    await expect(target.save(interrupted())).rejects.toThrow('ENOENT');
  });
});

describe('a symbolic link', () => {
  test.each(['existing', 'missing'])('stays, and the %s file behind it is written', async (kind) => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'real'));
    const file = join(folder, 'real', 'report.xlsx');
    if (kind === 'existing') writeFileSync(file, 'old');
    symlinkSync('real', join(folder, 'folder'));
    symlinkSync('folder/report.xlsx', join(folder, 'second'));
    symlinkSync('second', join(folder, 'first'));
    await openOutFile(join(folder, 'first')).save(NEW);
    expect(readFileSync(file, 'utf8')).toBe('new');
    expect(lstatSync(join(folder, 'first')).isSymbolicLink()).toBe(true);
    expect(lstatSync(join(folder, 'second')).isSymbolicLink()).toBe(true);
    expect(readdirSync(join(folder, 'real'))).toEqual(['report.xlsx']);
  });
});

describe.skipIf(process.platform === 'win32')('what is no file', () => {
  test.each(['pipe', 'link'])('is written to as it is (%s)', async (name) => {
    const folder = temporaryFolder();
    const pipe = join(folder, 'pipe');
    execFileSync('sh', ['-c', 'mkfifo "$0"', pipe]);
    symlinkSync('pipe', join(folder, 'link'));
    // In a process of its own: a pipe that is never written to would hold up this one's end.
    const reader = spawn('cat', [pipe], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void reader.kill());
    const read = readText(reader.stdout);
    await openOutFile(join(folder, name)).save(NEW);
    expect(await read).toBe('new');
    expect(lstatSync(pipe).isFIFO()).toBe(true);
    expect(existsSync(pipe)).toBe(true);
  });
});
