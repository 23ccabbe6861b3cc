import { Type } from 'typebox';
import { defineAction } from '#domain/action.ts';

/** The version of the bus. */
export const version = defineAction({
  address: 'ik.service.app',
  action: 'version',
  target: 'bus',
  effect: 'read',
  request: Type.Null(),
  reply: Type.Object({ version: Type.String() }, { additionalProperties: false }),
  handle: (_data, context) => ({ version: context.version }),
});
