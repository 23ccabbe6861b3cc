import { Type } from 'typebox';
import { defineAction } from '#domain/action.ts';
import { Ok } from './ok.ts';

/** Ends the client's PIN session at a register. */
export const logout = defineAction({
  address: 'ik.service.token.authority',
  action: 'logout',
  target: 'register',
  effect: 'read',
  withoutPin: true,
  request: Type.Null(),
  reply: Ok,
  handle(_data, { client, register, pins }) {
    pins.logout(client.name, register);
    return { result: 'Ok' as const };
  },
});
