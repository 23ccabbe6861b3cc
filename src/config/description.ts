import { isDeepStrictEqual } from 'node:util';
import type { VendorDefinition } from '#domain/vendor-definition.ts';
import { configSchema, type JsonSchema } from './json-schema.ts';
import { asRecord } from './lenient.ts';

/** One key that a configuration may have. */
export type ConfigKey = {
  /** `listen.http.port`, `vendors.<name>.timeoutMs`, `devices[].pin`. */
  readonly key: string;
  /** The kind of account, or the behaviour of a consumer, that alone has the key, or has it with this default. */
  readonly only?: string;
  /** As JSON; absent when there is none. */
  readonly default?: string;
  readonly description: string;
};

/** Every key of the configuration for these vendors, in the schema's order: the source of the table in the README. */
export function describeConfig(vendors: readonly VendorDefinition[]): ConfigKey[] {
  return describe('', configSchema(vendors));
}

function describe(key: string, schema: JsonSchema): ConfigKey[] {
  const properties = Object.entries(asRecord(schema.properties)).flatMap(([name, property]) => {
    const place = key === '' ? name : `${key}.${name}`;
    return [rowOf(place, asRecord(property)), ...describe(place, asRecord(property))];
  });
  const named = Object.values(asRecord(schema.patternProperties)).flatMap((named) =>
    describe(`${key}.<name>`, asRecord(named)),
  );
  const items = schema.items === undefined ? [] : describe(`${key}[]`, asRecord(schema.items));
  const otherwise = schema.else === undefined ? [] : describe(key, asRecord(schema.else));
  return [...properties, ...named, ...items, ...otherwise, ...describeBranches(key, schema)];
}

/** What every branch says alike is said once; the rest with the branch it holds for. */
function describeBranches(key: string, { oneOf = [], discriminator }: JsonSchema): ConfigKey[] {
  const branches = (oneOf as JsonSchema[]).map((branch) => ({
    only: tagOf(branch, String(asRecord(discriminator).propertyName)),
    rows: describe(key, branch),
  }));
  const isShared = (row: ConfigKey) =>
    branches.every(({ rows }) => rows.some((other) => isDeepStrictEqual(row, other)));
  const shared = branches[0]?.rows.filter(isShared) ?? [];
  const apart = branches.flatMap(({ only, rows }) =>
    rows.filter((row) => !isShared(row)).map((row) => ({ ...row, only })),
  );
  return [...shared, ...apart];
}

function tagOf(branch: JsonSchema, property: string): string {
  const tag = asRecord(asRecord(branch.properties)[property]);
  return [tag.const ?? tag.enum].flat().join(', ');
}

/** An object's default is that of its keys, which have rows of their own. */
function rowOf(key: string, { default: value, description }: JsonSchema): ConfigKey {
  const isOwn = value !== undefined && !isDeepStrictEqual(value, {});
  return { key, ...(isOwn && { default: JSON.stringify(value) }), description: String(description ?? '') };
}
