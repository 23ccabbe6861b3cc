import { type Static, Type } from 'typebox';

/** Keys of every account, whatever its kind. A kind may declare one anew, with a default of its own. */
export const CommonAccount = Type.Object({
  baseUrl: Type.String({
    minLength: 1,
    description: "The vendor's address: http or https, without query; what a path is appended to.",
  }),
  timeoutMs: Type.Integer({
    minimum: 100,
    maximum: 600_000,
    default: 60_000,
    description: 'How long one call may take, or each 16 KiB of a file (milliseconds).',
  }),
  concurrency: Type.Integer({ minimum: 1, description: 'Calls at once.' }),
  perSecond: Type.Optional(
    Type.Number({ minimum: 0.001, description: 'Calls a second at most; no limit when absent.' }),
  ),
  ca: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        'More authorities to trust: a PEM file, or its text. A path is relative to the configuration file.',
    }),
  ),
  tlsVerify: Type.Boolean({ default: true, description: "Check the vendor's certificate." }),
  headers: Type.Record(
    Type.String({ pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$" }),
    Type.String({ pattern: '^[\\t -~]*$', writeOnly: true }),
    { additionalProperties: false, default: {}, description: 'HTTP headers to add to every call.' },
  ),
});

/** Keys of every register, whatever its vendor. */
export const CommonDeviceSchema = Type.Object({
  token: Type.String({
    pattern: '^[!-~]+$',
    description: "The register's serial: printable ASCII without spaces.",
  }),
  vendor: Type.String({ minLength: 1, description: 'Name of an account under `vendors`.' }),
  pin: Type.Optional(
    Type.String({ minLength: 1, writeOnly: true, description: 'Asked for by `authorize`; in quotes.' }),
  ),
  company_name: Type.Optional(
    Type.String({ minLength: 1, description: 'For reports, where the vendor does not tell.' }),
  ),
  tax_number: Type.Optional(
    Type.Union([Type.Integer({ minimum: 0 }), Type.String({ pattern: '^[0-9]+$' })], {
      description: 'For reports, where the vendor does not tell; in quotes where it begins with 0.',
    }),
  ),
});

/** The register's second system, for `reconcile_shift`. */
export const CommonBackoffice = Type.Object({
  vendor: Type.String({ minLength: 1, description: 'Name of an account under `vendors`.' }),
});

/** An account with every default filled in: the common keys, and those that its kind declares. */
export type AccountConfig = Static<typeof CommonAccount> & { kind: string } & Record<string, unknown>;

/** The same register at another vendor. */
type BackofficeConfig = Static<typeof CommonBackoffice> & Record<string, unknown>;

/** A register: the common keys, and those that its account's kind declares. */
export type DeviceConfig = Static<typeof CommonDeviceSchema> & { backoffice?: BackofficeConfig } & Record<
    string,
    unknown
  >;
