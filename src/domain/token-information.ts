import { type Static, Type } from 'typebox';
import type { Register } from './directory.ts';

const Text = Type.Union([Type.String(), Type.Null()]);

/** What is known of a register; null where nobody tells. iKassa's TokenInformation plus our `vendor` and `account`. */
export const TokenInformation = Type.Object({
  serial: Type.String(),
  device_id: Type.Union([Type.Integer(), Type.String(), Type.Null()]),
  organization: Text,
  unp: Type.Union([Type.Integer(), Type.String(), Type.Null()]),
  is_registered: Type.Union([Type.Boolean(), Type.Null()]),
  name: Text,
  label: Text,
  manufacturer: Text,
  version: Text,
  type: Text,
  /** The vendor's kind. */
  vendor: Type.String(),
  /** The configured account's name. */
  account: Type.String(),
});
export type TokenInformation = Static<typeof TokenInformation>;

/** What the configuration says of a register. */
export function configuredInformation({ token, account, device }: Register): TokenInformation {
  return {
    serial: token,
    device_id: null,
    organization: device.company_name ?? null,
    unp: device.tax_number ?? null,
    is_registered: null,
    name: null,
    label: null,
    manufacturer: null,
    version: null,
    type: null,
    vendor: account.kind,
    account: account.name,
  };
}

/** What the vendor told, over what is configured; the vendor may know more than we have a name for. */
export function toldInformation(register: Register, told: Partial<TokenInformation>): TokenInformation {
  const configured = configuredInformation(register);
  const known = Object.fromEntries(
    Object.entries(told).filter(([, value]) => value !== null && value !== undefined),
  );
  return { ...configured, ...known, vendor: configured.vendor, account: configured.account };
}
