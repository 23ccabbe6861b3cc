import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import * as actions from '#actions/index.ts';
import * as simulators from '#sandbox/index.ts';
import * as vendors from '#vendors/index.ts';

const SRC = fileURLToPath(new URL('../src', import.meta.url));

/** A message's way through the folders: each may import only what stands behind it, a folder in it also it. Third parties are beside. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  protocol: ['core'],
  domain: ['core'],
  store: ['core', 'domain'],
  operations: ['core', 'domain', 'store'],
  bus: ['core', 'protocol'],
  transports: ['core', 'protocol', 'bus'],
  outbound: ['core'],
  vendors: ['core', 'domain', 'store', 'operations', 'outbound'],
  actions: ['core', 'domain', 'store', 'operations'],
  sandbox: ['core', 'domain'],
  replay: ['core', 'domain', 'outbound'],
};

/** Folders and files of the wiring, which may import everything. */
const WIRING = ['cli', 'config', 'telemetry', 'console'];

/** Where sockets and engines may be opened. */
const ONLY_IN: Readonly<Record<string, string>> = {
  ws: 'transports',
  undici: 'outbound',
  'node:sqlite': 'store',
};

type Source = {
  readonly file: string;
  readonly folder: string;
  readonly text: string;
  readonly imports: readonly string[];
};

function importsOf(text: string): string[] {
  const specifiers =
    /(?:^|\n)\s*(?:import|export)\s[^'"`;]*?from\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/g;
  return [...text.matchAll(specifiers)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}

const sources: Source[] = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => {
    const text = readFileSync(join(SRC, file), 'utf8');
    return {
      file,
      folder: file.includes('/') ? (file.split('/')[0] ?? '') : '',
      text,
      imports: importsOf(text),
    };
  });

/** What breaks the rule `allowed`, as readable lines. */
function offences(allowed: (source: Source, specifier: string) => boolean): string[] {
  return sources.flatMap((source) =>
    source.imports
      .filter((specifier) => !allowed(source, specifier))
      .map((specifier) => `${source.file} → ${specifier}`),
  );
}

describe('the folders', () => {
  test('are all in the import table', () => {
    const known = new Set([...Object.keys(MAY_IMPORT), ...WIRING, '']);
    expect([...new Set(sources.map(({ folder }) => folder))].filter((folder) => !known.has(folder))).toEqual(
      [],
    );
  });

  test('import only what stands before them on the way of a message', () => {
    const wrong = offences(({ folder, file }, specifier) => {
      const target = /^#([^/]+)\//.exec(specifier)?.[1];
      const allowed = MAY_IMPORT[folder];
      if (!allowed || !specifier.startsWith('#')) return true;
      return (
        target !== undefined &&
        (allowed.includes(target) || (target === folder && file.split('/').length > 2)) &&
        !(folder === 'vendors' && file.includes('#vendors'))
      );
    });
    expect(wrong).toEqual([]);
  });

  test('are left by # and never by ../', () => {
    expect(offences((_source, specifier) => !specifier.startsWith('..'))).toEqual([]);
  });

  test('of vendors stay flat and know no other vendor', () => {
    const wrong = sources.filter(({ file }) => file.startsWith('vendors/') && file.split('/').length > 3);
    expect(wrong.map(({ file }) => file)).toEqual([]);
    expect(
      offences(({ folder }, specifier) => folder !== 'vendors' || !specifier.startsWith('#vendors')),
    ).toEqual([]);
  });

  test('open sockets and engines only where they belong', () => {
    const wrong = offences(({ folder }, specifier) => {
      const owner = ONLY_IN[specifier];
      return owner === undefined || owner === folder || WIRING.includes(folder);
    });
    expect(wrong).toEqual([]);
  });
});

describe('the code', () => {
  test('has no cycles', () => {
    const graph = new Map(sources.map((source) => [source.file, targetsOf(source)]));
    expect(cyclesIn(graph)).toEqual([]);
  });

  test('has no async event listeners, which would reject into nowhere', () => {
    const listener = /\.(?:on|once|addListener|addEventListener)\(\s*['"`][^'"`]+['"`]\s*,\s*async\b/;
    expect(sources.filter(({ text }) => listener.test(text)).map(({ file }) => file)).toEqual([]);
  });

  test('takes the time only from the clock that is handed in', () => {
    const ownTime = /\bDate\.now\(|new Date\(\)|\bsetInterval\(|(?<![.\w])setTimeout\(/;
    const wrong = sources.filter(({ file, folder, text }) => {
      const code = text
        .replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
        .replace(/\b(?:clock|#clock|this\.#clock)\.setTimeout\(/g, '');
      return (
        folder !== '' &&
        !WIRING.includes(folder) &&
        !/(^core|replay)\/clock\.ts$/.test(file) &&
        ownTime.test(code)
      );
    });
    expect(wrong.map(({ file }) => file)).toEqual([]);
  });
});

function targetsOf({ file, folder, imports }: Source): string[] {
  return imports.flatMap((specifier) => {
    if (specifier.startsWith('./'))
      return [join(folder === '' ? '' : file.slice(0, file.lastIndexOf('/')), specifier)];
    return specifier.startsWith('#') ? [specifier.slice(1)] : [];
  });
}

function cyclesIn(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const state = new Map<string, 'open' | 'done'>();
  const found: string[] = [];
  const visit = (file: string, path: readonly string[]) => {
    if (state.get(file) === 'done') return;
    if (state.get(file) === 'open')
      return void found.push([...path.slice(path.indexOf(file)), file].join(' → '));
    state.set(file, 'open');
    for (const target of graph.get(file) ?? []) visit(target, [...path, file]);
    state.set(file, 'done');
  };
  for (const file of graph.keys()) visit(file, []);
  return found;
}

/** The names that a folder's files export with the given maker, `export const x = defineAction(`. */
function definedIn(pattern: RegExp, within: (file: string) => boolean): string[] {
  return sources
    .filter(({ file }) => within(file))
    .flatMap(({ text }) => [...text.matchAll(pattern)].map((match) => match[1] ?? ''))
    .toSorted();
}

describe('the registries', () => {
  test('list every common action', () => {
    const defined = definedIn(/export const (\w+) = define(?:Action|Change)\(/g, (file) =>
      file.startsWith('actions/'),
    );
    expect(Object.keys(actions).toSorted()).toEqual(defined);
  });

  test('list every vendor folder', () => {
    const folders = new Set(
      sources.filter(({ file }) => /^vendors\/[^/]+\//.test(file)).map(({ file }) => file.split('/')[1]),
    );
    const kinds = Object.values(vendors).map(({ kind }) => kind);
    expect(kinds.toSorted()).toEqual([...folders].toSorted());
  });

  test('have a simulator for every vendor', () => {
    const kinds = Object.values(vendors).map(({ kind }) => kind);
    expect(
      Object.values(simulators)
        .map(({ kind }) => kind)
        .toSorted(),
    ).toEqual(kinds.toSorted());
  });

  test('have every action of a vendor in its list', () => {
    for (const vendor of Object.values(vendors)) {
      const defined = definedIn(
        /define(?:Vendor)?(?:Action|Change|Job)(?:<[^>]*>\(\))?\(\{[\s\S]*?\baction: '(\w+)'/g,
        (file) => file.startsWith(`vendors/${vendor.kind}/`),
      );
      const listed = (vendor.actions as readonly { action: string }[]).map(({ action }) => action);
      expect(defined.filter((action) => !listed.includes(action))).toEqual([]);
    }
  });

  test('name a vendor kind once for its folder and its fixtures', () => {
    const fixtures = fileURLToPath(new URL('../fixtures', import.meta.url));
    const kinds = Object.values(vendors).map(({ kind }) => kind);
    for (const kind of kinds) expect(readdirSync(join(fixtures, kind)).length).toBeGreaterThan(0);
  });
});
