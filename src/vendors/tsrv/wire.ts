import { isJsonObject } from '#core/json.ts';

/** An answer of an upstream: "Message", tsrv 1.x. Only what we read. */
export type UpstreamAnswer =
  | { readonly type: 'send'; readonly data: unknown }
  | { readonly type: 'error'; readonly name: string; readonly description: string; readonly data: unknown };

/** Reads an upstream's Message; undefined when it is none. */
export function readAnswer(value: unknown): UpstreamAnswer | undefined {
  if (!isJsonObject(value)) return undefined;
  const { type, data = null } = value;
  if (type === 'send') return { type, data };
  if (type !== 'error' || !isJsonObject(data) || typeof data.name !== 'string') return undefined;
  return { type, name: data.name, description: String(data.description ?? ''), data };
}
