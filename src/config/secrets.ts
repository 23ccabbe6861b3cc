import type { VendorDefinition } from '#domain/vendor-definition.ts';
import { ClientSchema } from './client-schema.ts';
import { asRecord } from './lenient.ts';
import { Listen } from './listen-schema.ts';
import type { Config } from './schema.ts';
import { CommonAccount, CommonDeviceSchema } from './vendor-schema.ts';

/** A login of letters alone (`api`, `admin`) names a role and stands in addresses too; others are phones and e-mails. */
const ROLE = /^[A-Za-z]+$/;

/**
 * Every configured secret, for keeping them out of logs and records: what the schemas call `writeOnly`, and logins.
 * Each once, the longest first. `vendors` are the kinds that the configuration was read with.
 */
export function secretsOf(config: Config, vendors: readonly VendorDefinition[]): readonly string[] {
  const definitionOf = (account: string) =>
    vendors.find(({ kind }) => kind === config.vendors[account]?.kind);
  const accounts = Object.entries(config.vendors).flatMap(([name, account]) =>
    secretsAt(account, CommonAccount, definitionOf(name)?.accountConfig),
  );
  const devices = config.devices.flatMap((device) =>
    [device, ...(device.backoffice ? [device.backoffice] : [])].flatMap((keys) =>
      secretsAt(keys, CommonDeviceSchema, definitionOf(keys.vendor)?.deviceConfig),
    ),
  );
  const others = [
    ...config.clients.flatMap((client) => secretsIn(client, ClientSchema)),
    ...secretsIn(config.listen, Listen),
  ];
  const texts = [...accounts, ...devices, ...others].filter((text) => text !== '');
  return [...new Set(texts)].toSorted((a, b) => b.length - a.length);
}

/** Of an account or a register: by the common schema and by its kind's own, and the login. */
function secretsAt(keys: Readonly<Record<string, unknown>>, ...schemas: readonly unknown[]): string[] {
  const { login } = keys;
  const logins = typeof login === 'string' && !ROLE.test(login) ? [login] : [];
  return [...logins, ...schemas.flatMap((schema) => secretsIn(keys, schema))];
}

/** The texts that the schema calls `writeOnly`, at every depth. */
function secretsIn(value: unknown, schema: unknown): string[] {
  const { writeOnly, items, properties, patternProperties, else: otherwise } = asRecord(schema);
  if (writeOnly === true) return typeof value === 'string' ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((item) => secretsIn(item, items));
  // A record's values are all alike, whatever their names.
  const [ofAnyName] = Object.values(asRecord(patternProperties));
  const ofKeys = Object.entries(asRecord(value)).flatMap(([key, child]) =>
    secretsIn(child, asRecord(properties)[key] ?? ofAnyName),
  );
  // A listener that is not switched off is described in `else`.
  return otherwise === undefined ? ofKeys : [...ofKeys, ...secretsIn(value, otherwise)];
}
