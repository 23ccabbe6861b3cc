import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { vendors } from '#app.ts';
import { defaultSandboxConfig, describeConfig, parseConfig } from '#config.ts';
import { FAILURES } from '#core/failure.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const LINES = README.split('\n');

/** The cells of every row of the table that begins with this header row. */
function tableUnder(header: string): string[][] {
  const start = LINES.indexOf(header);
  expect(start, `no table ${header}`).toBeGreaterThan(-1);
  const rest = LINES.slice(start + 2);
  const end = rest.findIndex((line) => !line.startsWith('|'));
  return rest.slice(0, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

function blocks(language: string): string[] {
  return [...README.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(
    (match) => match[1] ?? '',
  );
}

test('the README has at most 200 lines', () => {
  expect(LINES.length).toBeLessThanOrEqual(201);
});

describe('the tables of the README', () => {
  test('name the vendor kinds there are', () => {
    const told = tableUnder('| vendor kind | who | what the bus does with it |').map(([kind]) => kind);
    expect(told.toSorted()).toEqual(vendors.map(({ kind }) => `\`${kind}\``).toSorted());
  });

  test('show the import rules that are tested', () => {
    const architecture = readFileSync(join(ROOT, 'test/architecture.test.ts'), 'utf8');
    for (const [folder = '', , allowed = ''] of tableUnder('| folder of `src/` | holds | may import |')) {
      const name = /^`(\w+)\/`$/.exec(folder)?.[1];
      const row = new RegExp(`^ {2}${name}: \\[(.*)\\],$`, 'm').exec(architecture)?.[1];
      if (row === undefined) continue;
      expect(allowed, folder).toBe(row === '' ? 'nothing' : row.replaceAll("'", ''));
    }
  });
});

test('docs/configuration.md describes every key as it is', async () => {
  const code = (text = '') => (text === '' ? '' : `\`${text}\``);
  const rows = describeConfig(vendors).map(({ key, only, default: value, description }) => {
    const cells = [
      code(key),
      only?.replaceAll(', ', ' ') ?? '',
      code(value),
      description.replaceAll('|', '\\|'),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const page = [
    '# Every key of the configuration',
    '',
    'A key of one vendor kind, or of one behaviour, says which under "only". `schemas/config.json` says the same to an',
    'editor. This page is written by `npx vitest run test/readme.test.ts -u`.',
    '',
    '| key | only | default | meaning |',
    '|---|---|---|---|',
    ...rows,
    '',
  ];
  await expect(page.join('\n')).toMatchFileSnapshot(join(ROOT, 'docs/configuration.md'));
});

test('docs/failures.md names every failure, with its code and its words', async () => {
  const rows = Object.entries(FAILURES).map(
    ([name, { code, description }]) => `| \`${name}\` | ${code} | ${description} |`,
  );
  const page = [
    '# Every name of a failure',
    '',
    'The code is what Vert.x clients get as `failureCode`; the description is what is told where nothing more precise is',
    'known. This page is written by `npx vitest run test/readme.test.ts -u`.',
    '',
    '| name | code | description |',
    '|---|---|---|',
    ...rows,
    '',
  ];
  await expect(page.join('\n')).toMatchFileSnapshot(join(ROOT, 'docs/failures.md'));
});

describe('the examples of the README', () => {
  test('show an action that exists as it is', () => {
    expect(blocks('ts')).toEqual([readFileSync(join(ROOT, 'src/actions/version.ts'), 'utf8')]);
  });

  test('show a configuration that is valid', () => {
    const env = { K24_LOGIN: '77010000000', K24_PASSWORD: 'x', POS_1: 'y' };
    const folder = mkdtempSync(join(tmpdir(), 'avq-bus-readme-'));
    const path = join(folder, 'avq-bus.yaml');
    writeFileSync(path, blocks('yaml').join(''));
    const check = execFileAsync(process.execPath, ['src/main.ts', 'config', 'check', '--config', path], {
      cwd: ROOT,
      env: { ...process.env, ...env },
    });
    return check.finally(() => rmSync(folder, { recursive: true }));
  });
});

const execFileAsync = promisify(execFile);

describe('the console examples of the README', () => {
  let bus: ChildProcess;
  let port = '';
  let folder = '';

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'avq-bus-readme-'));
    const config = join(folder, 'avq-bus.json');
    const listen = { http: { port: 0 }, avqTcp: false, vertxTcp: false };
    writeFileSync(config, JSON.stringify({ ...defaultSandboxConfig, listen }));
    const command = ['src/main.ts', 'serve', '--sandbox', '--config', config];
    bus = spawn(process.execPath, command, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
    for await (const line of createInterface({ input: bus.stdout as NodeJS.ReadableStream })) {
      port = /"http":"http:\/\/127\.0\.0\.1:(\d+)"/.exec(line)?.[1] ?? '';
      if (port) break;
    }
  });

  afterAll(() => {
    bus.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  const examples = blocks('console').map((block) => {
    const [command = '', ...answer] = block.trimEnd().split('\n');
    return { command: command.replace(/^\$ /, ''), answer: answer.join('\n') };
  });

  test.each(examples)('$command', async ({ command, answer }) => {
    const moved = command.includes('avq-bus')
      ? command.replace(/(?= \||$)/, ` --url http://127.0.0.1:${port}/tsrv`)
      : command.replaceAll(':1828', `:${port}`);
    const path = `${join(ROOT, 'node_modules/.bin')}:${process.env.PATH}`;
    // `send` answers a failure with exit code 1: its output is what counts here.
    const { stdout } = await execFileAsync('sh', ['-c', `${moved} || true`], {
      cwd: ROOT,
      env: { ...process.env, PATH: path },
    });
    expect(stdout.trimEnd()).toBe(answer);
  });
});

test('a sandbox register named in the README is one that the sandbox has', () => {
  const config = parseConfig(defaultSandboxConfig, { vendors, env: {}, folder: ROOT, baseUrls: 'optional' });
  expect(config.devices.map(({ token }) => token)).toContain('AVQ11031010703');
});
