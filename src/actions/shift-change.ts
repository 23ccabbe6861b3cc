import { Type } from 'typebox';

/** `data` of what opens or closes a shift: null, or the time at which it was done offline. */
export const ShiftChange = Type.Union([
  Type.Null(),
  Type.Object(
    {
      date: Type.Optional(
        Type.String({ description: 'RFC 3339; present when the shift was changed offline' }),
      ),
    },
    { additionalProperties: false },
  ),
]);
