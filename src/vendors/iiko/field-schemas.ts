import { Type } from 'typebox';

/** What the server may not tell. */
export const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

export const UUID_PATTERN = '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$';

/** An id in a request. */
export const Uuid = Type.String({ pattern: UUID_PATTERN });

/** Whatever the server writes for a text; null when it tells nothing. */
export const Text = nullable(Type.String());

export const Count = nullable(Type.Integer());

/** A decimal as text with at least two digits after the point; null when it is not told. */
export const Money = nullable(Type.String({ pattern: '^-?\\d+\\.\\d{2,}$' }));

/** A decimal as text in a request. */
export const MoneyInput = Type.String({
  pattern: '^-?\\d{1,20}(\\.\\d{1,10})?$',
  description: 'a decimal in quotes, "2650.00"',
});

const DATE_TIME = '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}([+-]\\d{2}:\\d{2}|Z)$';

/** RFC 3339 in the account's zone. */
export const DateTime = Type.String({ pattern: DATE_TIME });

/** What becomes of a transaction, and of the shift as a whole. */
export const AcceptanceStatus = Type.Enum(['ACCEPTED', 'UNACCEPTED', 'HASWARNINGS']);

/** `data` of what is asked about one shift. */
export const ShiftId = Type.Object(
  { id: Type.String({ pattern: UUID_PATTERN, description: "the shift's id" }) },
  { additionalProperties: false },
);
