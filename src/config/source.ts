import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { Complaint, ConfigPath } from './complaint.ts';

/** A configuration as it was written. */
export type Source = {
  readonly value: unknown;
  /** What is wrong with its syntax. */
  readonly complaints: readonly Complaint[];
  /** The line of a key or an item, else of what holds it. */
  lineOf(path: ConfigPath): number | undefined;
};

type Mistake = { readonly code: string; readonly offset: number };

/**
 * The parser's errors in words of our own: its own quote the text, and that may be a password. What is not listed
 * is told as a syntax error with its place.
 */
const SYNTAX: Readonly<Record<string, string>> = {
  ALIAS_LOOP: 'an alias inside what it stands for',
  BAD_ALIAS: 'an alias that cannot be resolved; put text that begins with * in quotes',
  BAD_INDENT: 'wrong indentation, or a bracket that is not closed',
  BAD_SCALAR_START: 'text that begins with this character must stand in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a second key in one line; put text that holds ": " in quotes',
  DUPLICATE_KEY: 'this key was given before',
  MISSING_CHAR: 'a quote, bracket, comma or colon is missing',
  MULTIPLE_DOCS: 'a second document begins here; a configuration is one',
  NON_STRING_KEY: 'a key must be plain text',
  RESOURCE_EXHAUSTION: 'nested too deeply',
  TAB_AS_INDENT: 'a tab; indent with spaces',
  TAG_RESOLVE_FAILED: 'not a known value or tag; put text in quotes',
  TOO_MANY_ALIASES: 'aliases of aliases, which stand for far too much; write out what is meant',
  UNEXPECTED_TOKEN: 'not expected here; put text with brackets, braces or commas in quotes',
};

/** Reads YAML 1.2, or the part of it that is JSON. The value is undefined where the syntax leaves it in doubt. */
export function readSource(text: string, format: 'yaml' | 'json'): Source {
  const lines = new LineCounter();
  const schema = format === 'json' ? 'json' : 'core';
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true, schema });
  const mistakes: Mistake[] = [...document.errors, ...document.warnings].map(({ code, pos }) => ({
    code,
    offset: pos[0],
  }));
  mistakes.push(...aliasMistakes(document));
  const isReadable = mistakes.every(({ code }) => code === 'DUPLICATE_KEY');
  const value = isReadable ? readValue(document, (mistake) => mistakes.push(mistake)) : undefined;
  return {
    value,
    complaints: firstOfEachLine(
      mistakes.toSorted((a, b) => a.offset - b.offset),
      lines,
    ),
    lineOf: (path) => lines.linePos(offsetOf(document, path)).line,
  };
}

function aliasMistakes(document: Document.Parsed): Mistake[] {
  const mistakes: Mistake[] = [];
  visit(document, {
    Alias(_key, alias, ancestors) {
      const meant = alias.resolve(document);
      const offset = startOf(alias) ?? 0;
      if (!meant) mistakes.push({ code: 'BAD_ALIAS', offset });
      else if (ancestors.includes(meant)) mistakes.push({ code: 'ALIAS_LOOP', offset });
    },
  });
  return mistakes;
}

/** Gives up where aliases of aliases would make a small file fill the memory. */
function readValue(document: Document.Parsed, onMistake: (mistake: Mistake) => void): unknown {
  try {
    return document.toJS();
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    let offset = 0;
    visit(document, {
      Alias(_key, alias) {
        offset = startOf(alias) ?? offset;
      },
    });
    onMistake({ code: 'TOO_MANY_ALIASES', offset });
    return undefined;
  }
}

/** One mistake often confuses the parser to the end of the line. */
function firstOfEachLine(mistakes: readonly Mistake[], lines: LineCounter): Complaint[] {
  const complaints = new Map<number, Complaint>();
  for (const { code, offset } of mistakes) {
    const { line, col: column } = lines.linePos(offset);
    if (complaints.has(line)) continue;
    complaints.set(line, { path: '', line, column, message: SYNTAX[code] ?? 'a syntax error' });
  }
  return [...complaints.values()];
}

/** Where the key or item begins; where the path ends early, what holds it. */
function offsetOf(document: Document.Parsed, path: ConfigPath): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    const found = isMap(node) ? pairAt(node, step) : isSeq(node) ? itemAt(node, step) : undefined;
    if (!found) break;
    offset = startOf(found.place) ?? offset;
    node = found.node;
  }
  return offset;
}

type Found = { readonly place: unknown; readonly node: unknown };

function pairAt(map: YAMLMap, step: string | number): Found | undefined {
  const pair = map.items.find(({ key }) => isScalar(key) && key.value === step);
  return pair && { place: pair.key, node: pair.value };
}

function itemAt(sequence: YAMLSeq, step: string | number): Found | undefined {
  const item = sequence.items[Number(step)];
  return item === undefined ? undefined : { place: item, node: item };
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
