import { type Static, Type } from 'typebox';

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
