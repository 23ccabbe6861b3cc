import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Complain, ConfigPath } from './complaint.ts';

/** Where the values behind references come from. */
export type ReferenceSources = {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder that `${file:…}` is relative to. */
  readonly folder: string;
};

const REFERENCE = /\$\{([^}]*)(\}?)/g;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
const FILE = 'file:';

/**
 * A copy with every `${NAME}` and `${file:path}` in its texts replaced, once: what they stand for is taken literally.
 * `onWhole` hears of texts that are nothing but one reference. What cannot be replaced is complained of by name and
 * left as it is.
 */
export function replaceReferences(
  value: unknown,
  sources: ReferenceSources,
  complain: Complain,
  onWhole: (path: ConfigPath) => void,
): unknown {
  function replaceText(text: string, path: ConfigPath): string {
    if (/^\$\{[^}]*\}$/.test(text)) onWhole(path);
    return text.replace(REFERENCE, (reference, name: string, end: string) => {
      const found =
        end === '' ? { complaint: 'a reference that is not closed with }' } : lookUp(name, sources);
      if ('text' in found) return found.text;
      complain(path, found.complaint);
      return reference;
    });
  }
  function replaceIn(part: unknown, path: ConfigPath): unknown {
    if (typeof part === 'string') return replaceText(part, path);
    if (Array.isArray(part)) return part.map((item, index) => replaceIn(item, [...path, index]));
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(
      Object.entries(part).map(([key, item]) => [key, replaceIn(item, [...path, key])]),
    );
  }
  return replaceIn(value, []);
}

type Found = { readonly text: string } | { readonly complaint: string };

function lookUp(name: string, sources: ReferenceSources): Found {
  if (name.startsWith(FILE)) return readText(name.slice(FILE.length), sources.folder);
  if (!VARIABLE.test(name)) return { complaint: `\${${name}} is neither \${NAME} nor \${file:path}` };
  const text = sources.env[name];
  return text === undefined ? { complaint: `the environment variable ${name} is not set` } : { text };
}

/** Editors end a file with a line break that is no part of the secret. */
function readText(path: string, folder: string): Found {
  try {
    return { text: readFileSync(resolve(folder, path), 'utf8').replace(/\r?\n$/, '') };
  } catch (error) {
    return { complaint: `the file ${path} cannot be read (${codeOf(error)})` };
  }
}

/** `ENOENT` and its like, for a complaint. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}
