import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import type { Complain, ConfigPath } from './complaint.ts';
import { asRecord, asText } from './lenient.ts';
import { codeOf } from './references.ts';

/** Puts the text of PEM files in place of their paths, complaining of those that cannot be read or used. */
export function loadPem(
  holder: unknown,
  keys: readonly ('cert' | 'key' | 'ca')[],
  place: { readonly path: ConfigPath; readonly folder: string; readonly complain: Complain },
): void {
  const { path, folder, complain } = place;
  const record = asRecord(holder);
  let isComplete = true;
  for (const key of keys) {
    const value = asText(record[key]);
    if (!value || value.includes('-----BEGIN ')) continue;
    try {
      record[key] = readFileSync(resolve(folder, value), 'utf8');
    } catch (error) {
      isComplete = false;
      complain([...path, key], `the file cannot be read (${codeOf(error)})`);
    }
  }
  if (isComplete) checkPem(record, keys, place);
}

/** What the listener itself would find out only at start: no certificate inside, or another one's key. */
function checkPem(
  record: Readonly<Record<string, unknown>>,
  keys: readonly ('cert' | 'key' | 'ca')[],
  { path, complain }: { readonly path: ConfigPath; readonly complain: Complain },
): void {
  const texts = keys.flatMap((key) => (asText(record[key]) ? [[key, asText(record[key])]] : []));
  try {
    createSecureContext(Object.fromEntries(texts));
  } catch (error) {
    const key = keys[0] ?? 'ca';
    complain([...path, key], `the PEM material cannot be used (${codeOf(error)})`);
  }
}
