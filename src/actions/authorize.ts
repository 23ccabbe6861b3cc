import { Type } from 'typebox';
import { defineAction } from '#domain/action.ts';
import { Ok } from './ok.ts';

/** Opens the client's PIN session at a register. */
export const authorize = defineAction({
  address: 'ik.service.token.authority',
  action: 'authorize',
  target: 'register',
  effect: 'read',
  withoutPin: true,
  request: Type.Object({ pin: Type.String() }, { additionalProperties: false }),
  reply: Ok,
  handle({ pin }, { client, register, pins }) {
    pins.authorize(client.name, register, pin);
    return { result: 'Ok' as const };
  },
});
