import { isDeepStrictEqual } from 'node:util';
import type { TObject, TSchema } from 'typebox';
import type { VendorDefinition } from '#domain/vendor-definition.ts';
import { BaseConfig } from './schema.ts';
import { CommonAccount, CommonBackoffice, CommonDeviceSchema } from './vendor-schema.ts';

export type JsonSchema = { readonly [keyword: string]: unknown };

type Properties = Readonly<Record<string, TSchema>>;

/** Should a missing `baseUrl` be complained of, or does somebody else know it? */
export type BaseUrls = 'required' | 'optional';

/**
 * The schema of a configuration file for these vendors: JSON Schema 2020-12. A key with a default may be left out. A
 * device may have any vendor's keys here, since its account's kind is beyond a schema; see {@link deviceSchema}.
 */
export function configSchema(
  vendors: readonly VendorDefinition[],
  baseUrls: BaseUrls = 'required',
): JsonSchema {
  const { listen, limits, engine, store, ...others } = BaseConfig.properties;
  const own = {
    vendors: accountsSchema(vendors, baseUrls),
    devices: {
      type: 'array',
      items: deviceSchema(vendors),
      default: [],
      description: 'The cash registers.',
    },
  };
  return defaultsMayBeLeftOut({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'The configuration of avq-bus',
    ...BaseConfig,
    properties: { listen, limits, engine, store, ...own, ...others },
  });
}

/** What a device of one of these vendors may say; with several, what any of them may and all of them must. */
export function deviceSchema(vendors: readonly VendorDefinition[]): JsonSchema {
  const backoffice = {
    ...objectOf(CommonBackoffice.properties, ['vendor'], {}),
    additionalProperties: true,
    description:
      'The same register at another vendor, for `reconcile_shift`: its account and its keys there.',
  };
  const { properties, required } = CommonDeviceSchema;
  return defaultsMayBeLeftOut(objectOf({ ...properties, backoffice }, required, ownPart(vendors)));
}

/** What the `backoffice` of a device at one of these vendors may say. */
export function backofficeSchema(vendors: readonly VendorDefinition[]): JsonSchema {
  return defaultsMayBeLeftOut(
    objectOf(CommonBackoffice.properties, CommonBackoffice.required, ownPart(vendors)),
  );
}

function accountsSchema(vendors: readonly VendorDefinition[], baseUrls: BaseUrls): JsonSchema {
  const account = {
    type: 'object',
    required: ['kind'],
    discriminator: { propertyName: 'kind' },
    oneOf: vendors.map((definition) => accountSchema(definition, baseUrls)),
  };
  return {
    type: 'object',
    patternProperties: vendors.length === 0 ? {} : { '^[A-Za-z0-9][A-Za-z0-9_.-]*$': account },
    additionalProperties: false,
    default: {},
    description: 'Accounts at vendors, by a name of your own: Latin letters, digits, `_`, `-` and `.`.',
  };
}

function accountSchema(
  { kind, accountConfig, concurrency }: VendorDefinition,
  baseUrls: BaseUrls,
): JsonSchema {
  const common = CommonAccount.properties;
  const baseUrl =
    baseUrls === 'required'
      ? common.baseUrl
      : { type: 'string', default: '', description: 'Known otherwise.' };
  const properties = {
    kind: { const: kind, description: 'The vendor.' },
    ...common,
    baseUrl,
    concurrency: { ...common.concurrency, default: concurrency },
  };
  return objectOf(properties, ['kind', ...CommonAccount.required], accountConfig);
}

/** One closed object from the common keys and a vendor's own, which win; the vendor's other keywords are kept. */
function objectOf(
  common: Readonly<Record<string, unknown>>,
  required: readonly string[],
  own: Partial<TObject>,
): JsonSchema {
  const ownProperties = own.properties ?? {};
  return {
    ...own,
    type: 'object',
    properties: { ...common, ...ownProperties },
    required: [...required.filter((key) => !(key in ownProperties)), ...(own.required ?? [])],
    additionalProperties: false,
  };
}

function ownPart(vendors: readonly VendorDefinition[]): Partial<TObject> {
  const [only, ...others] = vendors.map(({ deviceConfig }) => deviceConfig);
  if (only && others.length === 0) return only;
  return { properties: mergeProperties(vendors.map(({ deviceConfig }) => deviceConfig.properties)) };
}

function mergeProperties(parts: readonly Properties[]): Record<string, TSchema> {
  const merged: Record<string, TSchema> = {};
  for (const [key, schema] of parts.flatMap((part) => Object.entries(part))) {
    const known = merged[key];
    if (known === undefined) merged[key] = schema;
    else if (!isDeepStrictEqual(toJson(known), toJson(schema))) merged[key] = { anyOf: [known, schema] };
  }
  return merged;
}

/** A plain copy in which no key that has a default is required. */
function defaultsMayBeLeftOut(schema: JsonSchema): JsonSchema {
  return JSON.parse(JSON.stringify(schema), (_key, value) => {
    const { properties, required, ...rest } = isSchema(value) ? value : {};
    if (!isSchema(properties) || !Array.isArray(required)) return value;
    const needed = required.filter((key) => !hasDefault(properties[key]));
    return { ...rest, properties, ...(needed.length > 0 && { required: needed }) };
  });
}

function hasDefault(schema: unknown): boolean {
  return isSchema(schema) && 'default' in schema;
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** TypeBox marks its schemas with hidden keys; only what is written out counts. */
function toJson(schema: TSchema): unknown {
  return JSON.parse(JSON.stringify(schema));
}
