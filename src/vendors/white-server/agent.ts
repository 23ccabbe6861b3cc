import { type Static, Type } from 'typebox';

const TextOrNull = Type.Union([Type.String(), Type.Null()]);

/** A restaurant's agent, 'GetAgentList'; null is what White Server does not tell. */
export const Agent = Type.Object({
  object_id: Type.Unknown({ description: "the restaurant's licence code" }),
  version: TextOrNull,
  is_online: Type.Union([Type.Boolean(), Type.Null()], {
    description: 'null also where it is not understood',
  }),
  license_expiration_date: Type.Union([Type.String(), Type.Null()], { description: 'RFC 3339' }),
  /** Of r_keeper; told by agents of version 2 only. */
  rk_version: TextOrNull,
});
export type Agent = Static<typeof Agent>;
