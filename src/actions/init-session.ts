import { Type } from 'typebox';
import { defineAction } from '#domain/action.ts';

/** The first call of an iKassa terminal; there is nothing to prepare here, so it always succeeds. */
export const initSession = defineAction({
  address: 'ik.service.app',
  action: 'init_session',
  target: 'bus',
  effect: 'read',
  request: Type.Null(),
  reply: Type.Null(),
  handle: () => null,
});
