import { Type } from 'typebox';
import { isJsonObject } from '#core/json.ts';
import { defineAction } from '#domain/action.ts';
import { TokenInformation } from '#domain/token-information.ts';
import { configuredInformation, toldInformation } from './register-information.ts';

/** What is known of one register, asked of its vendor where the vendor tells. */
export const getTokenBySerial = defineAction({
  address: 'ik.service.token',
  action: 'get_token_by_serial',
  target: 'register',
  effect: 'read',
  request: Type.Null(),
  reply: TokenInformation,
  async handle(_data, { register, headers, call }) {
    const told = await register.port.describe?.(call, headers.refresh);
    return told ? toldInformation(register, told) : configuredInformation(register);
  },
  amend: (data, { account }) =>
    isJsonObject(data) ? { ...data, vendor: account.kind, account: account.name } : data,
});
