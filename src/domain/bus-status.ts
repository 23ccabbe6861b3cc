import { type Static, Type } from 'typebox';

const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

const Time = nullable(Type.String({ description: 'RFC 3339, UTC; null: not since the start' }));

/** How the bus and the ways to its vendors are doing. */
export const BusStatus = Type.Object(
  {
    version: Type.String(),
    sandbox: Type.Optional(Type.Literal(true, { description: 'every vendor is simulated' })),
    engine: Type.String({ description: '`local`: one process' }),
    listeners: Type.Array(
      Type.Object(
        {
          listener: Type.String({ description: 'its key under `listen`' }),
          host: nullable(Type.String()),
          port: nullable(Type.Integer()),
          path: nullable(Type.String({ description: 'a Unix domain socket, instead of host and port' })),
        },
        { additionalProperties: false },
      ),
    ),
    vendors: Type.Array(
      Type.Object(
        {
          account: Type.String({ description: "the configured account's name" }),
          vendor: Type.String({ description: 'its kind' }),
          breaker: Type.Enum(['closed', 'open', 'half-open'], {
            description: 'open: calls are refused for a while, since the last ones failed in a row',
          }),
          last_success: Time,
          last_failure: Time,
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);
export type BusStatus = Static<typeof BusStatus>;
