import { createHash } from 'node:crypto';
import { isJsonObject, JsonNumber } from '#core/json.ts';
import { isSecretKeyOfOurs } from '#core/secret-keys.ts';
import type { OperationKey } from '#store/store.ts';

/**
 * The same text for the same JSON value, whatever the order of its keys. Secrets may be short, and could be guessed
 * from a hash: their values do not count.
 */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (value instanceof JsonNumber) return value.source;
  if (!isJsonObject(value)) return JSON.stringify(value ?? null);
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${isSecretKeyOfOurs(key) ? '"*"' : canonical(value[key])}`);
  return `{${members.join()}}`;
}

/** What an operation's id stands for, as a hash: address, action, register or account, and `data`. */
export function contentsOf(address: string, action: string, scope: string, data: unknown): string {
  const isEmpty = isJsonObject(data) && Object.keys(data).length === 0;
  const text = canonical([address, action, scope, isEmpty ? null : data]);
  return createHash('sha256').update(text).digest('base64');
}

/** An operation's name that a vendor may be told: a hash, in hex, that tells of no client. */
export function publicNameOf({ client, scope, id }: OperationKey): string {
  return createHash('sha256')
    .update(JSON.stringify([client, scope, id]))
    .digest('hex');
}
