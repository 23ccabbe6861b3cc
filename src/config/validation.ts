import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import type { VendorDefinition } from '#domain/vendor-definition.ts';
import type { Complain, ConfigPath } from './complaint.ts';
import { toObjections, toPath } from './expectation.ts';
import {
  type BaseUrls,
  backofficeSchema,
  configSchema,
  deviceSchema,
  type JsonSchema,
} from './json-schema.ts';
import { asList, asRecord, asText } from './lenient.ts';

type ValidationOptions = {
  readonly vendors: readonly VendorDefinition[];
  readonly baseUrls: BaseUrls;
  readonly complain: Complain;
  /** Was the text at this path nothing but a reference? Then it may stand for a number, true or false. */
  readonly isReference: (path: ConfigPath) => boolean;
};

/**
 * Holds a configuration against the schema and fills in its defaults, in place. A device and its back office are
 * judged by the kind of the account they name, and where there is none, by what any vendor allows.
 */
export function validate(root: unknown, options: ValidationOptions): void {
  const { vendors, baseUrls } = options;
  const kindOf = (name: unknown) =>
    asText(asRecord(asRecord(asRecord(root).vendors)[asText(name) ?? '']).kind);
  const ofKind = (kind: string | undefined) => {
    const known = vendors.filter((vendor) => vendor.kind === kind);
    return known.length > 0 ? known : vendors;
  };
  const check = createCheck(options);

  check([], root, `config ${baseUrls}`, () => devicesApart(configSchema(vendors, baseUrls)));
  for (const [index, device] of asList(asRecord(root).devices).entries()) {
    const { vendor, backoffice } = asRecord(device);
    const path = ['devices', index];
    const kind = kindOf(vendor);
    check(path, device, `device ${kind}`, () => deviceSchema(ofKind(kind)));
    if (typeof backoffice !== 'object') continue;
    const otherKind = kindOf(asRecord(backoffice).vendor);
    const schema = () => backofficeSchema(ofKind(otherKind));
    check([...path, 'backoffice'], backoffice, `backoffice ${otherKind}`, schema);
  }
}

type Check = (path: ConfigPath, value: unknown, schemaName: string, schema: () => JsonSchema) => void;

function createCheck({ vendors, complain, isReference }: ValidationOptions): Check {
  const validator = validatorsOf(vendors);
  return (path, value, schemaName, schema) => {
    const accepts = validator(schemaName, schema);
    if (accepts(value)) return;
    const isConverted = (accepts.errors ?? []).map((error) => {
      const place = toPath(error.instancePath, value);
      return isReference([...path, ...place]) && convert(value, place, error);
    });
    if (isConverted.includes(true) && accepts(value)) return;
    for (const { path: place, message } of toObjections(accepts.errors ?? [], value)) {
      complain([...path, ...place], message);
    }
  };
}

type Validators = (schemaName: string, schema: () => JsonSchema) => ValidateFunction;

/** Compiling takes longer than everything else here, and the vendors are the same all the time. */
const VALIDATORS = new WeakMap<readonly VendorDefinition[], Validators>();

function validatorsOf(vendors: readonly VendorDefinition[]): Validators {
  const validators = VALIDATORS.get(vendors) ?? createValidators();
  VALIDATORS.set(vendors, validators);
  return validators;
}

function createValidators(): Validators {
  // `strictRequired` would forbid a vendor to say "this key or that"; the discriminator keeps errors to one kind.
  const ajv = new Ajv2020({
    strict: true,
    strictRequired: false,
    allowUnionTypes: true,
    allErrors: true,
    verbose: true,
    useDefaults: true,
    discriminator: true,
  });
  const compiled = new Map<string, ValidateFunction>();
  return (schemaName, schema) => {
    const validator = compiled.get(schemaName) ?? ajv.compile(schema());
    compiled.set(schemaName, validator);
    return validator;
  };
}

/** Puts the number, true or false that the schema wants in place of the text that spells it. */
function convert(root: unknown, place: ConfigPath, { keyword, params, data }: ErrorObject): boolean {
  const key = place.at(-1);
  if (keyword !== 'type' || typeof data !== 'string' || key === undefined) return false;
  const parent = place.slice(0, -1).reduce((part: unknown, step) => asRecord(part)[step], root);
  const value = spelled(data, [params.type].flat());
  if (value === undefined) return false;
  asRecord(parent)[key] = value;
  return true;
}

function spelled(text: string, types: readonly unknown[]): number | boolean | undefined {
  const isNumber = types.includes('integer') || types.includes('number');
  if (isNumber && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  return types.includes('boolean') && /^(true|false)$/.test(text) ? text === 'true' : undefined;
}

function devicesApart(schema: JsonSchema): JsonSchema {
  const properties = asRecord(schema.properties);
  const devices = { ...asRecord(properties.devices), items: { type: 'object' } };
  return { ...schema, properties: { ...properties, devices } };
}
