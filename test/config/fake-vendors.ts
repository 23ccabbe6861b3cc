import { type TObject, Type } from 'typebox';
import { ConfigError, parseConfig } from '#config.ts';
import { defineVendor, type VendorDefinition } from '#domain/vendor-definition.ts';

function vendor(kind: string, accountConfig: TObject, deviceConfig: TObject): VendorDefinition {
  return defineVendor({
    kind,
    accountConfig,
    deviceConfig,
    actions: [],
    concurrency: kind === 'iiko' ? 1 : 4,
    ...(kind !== 'ofd' && { givesXReports: true }),
    create: () => ({ register: () => ({}), close: async () => {} }),
  });
}

const CLOSED = { additionalProperties: false };
const text = Type.String({ minLength: 1 });

/** Three kinds with the kinds of keys that real ones have. */
export const vendors: readonly VendorDefinition[] = [
  vendor(
    'tsrv',
    Type.Object(
      {
        forward: Type.Array(
          Type.Object({ address: text, actions: Type.Optional(Type.Array(text)) }, CLOSED),
          { default: [] },
        ),
      },
      CLOSED,
    ),
    Type.Object({}, CLOSED),
  ),
  vendor(
    'kassa24',
    Type.Object(
      {
        baseUrl: Type.String({ minLength: 1, default: 'https://fiscal.example' }),
        login: text,
        password: text,
        zone: text,
        dateZ: Type.Union([Type.Literal('utc'), Type.Literal('local')], { default: 'utc' }),
      },
      CLOSED,
    ),
    Type.Object(
      { id_kkm: Type.Integer(), login: Type.Optional(text), password: Type.Optional(text) },
      CLOSED,
    ),
  ),
  vendor(
    'iiko',
    Type.Object(
      { login: text, password: text, zone: text, currency: Type.String({ pattern: '^[A-Z]{3}$' }) },
      CLOSED,
    ),
    Type.Object({ cash_register: Type.Integer(), point_of_sale: Type.Optional(text) }, CLOSED),
  ),
  vendor(
    'ofd',
    Type.Object(
      {
        baseUrl: Type.String({ default: 'https://ofd.example' }),
        authToken: Type.Optional(text),
        login: Type.Optional(text),
        password: Type.Optional(text),
      },
      { ...CLOSED, anyOf: [{ required: ['authToken'] }, { required: ['login', 'password'] }] },
    ),
    Type.Object({ id_kkm: Type.Optional(text) }, CLOSED),
  ),
];

export const parseOptions = { vendors, env: {}, folder: '/' };

export const accounts = {
  minsk: { kind: 'tsrv', baseUrl: 'http://127.0.0.1:18280' },
  almaty: { kind: 'kassa24', login: '77010000000', password: 'kassa-secret', zone: 'Asia/Almaty' },
  office: {
    kind: 'iiko',
    baseUrl: 'https://office.example:443/',
    login: 'api',
    password: 'iiko-secret',
    zone: 'Europe/Moscow',
    currency: 'RUB',
  },
};

/** `path: message` of every complaint about the value; empty when there is none. */
export function complaintsOf(
  value: unknown,
  options: Partial<Parameters<typeof parseConfig>[1]> = {},
): string[] {
  try {
    parseConfig(value, { ...parseOptions, ...options });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.complaints.map(({ path, message }) => `${path}: ${message}`);
  }
}
