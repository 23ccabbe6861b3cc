import { Type } from 'typebox';
import { defineAction } from '#domain/action.ts';
import type { Register } from '#domain/directory.ts';
import { TokenInformation } from '#domain/token-information.ts';
import { configuredInformation, toldInformation } from './register-information.ts';

/** The configured registers the client may use, in the file's order: from memory, or asked anew with `tokens.refresh`. */
export const getTokens = defineAction({
  address: 'ik.service.token',
  action: 'get_tokens',
  target: 'directory',
  effect: 'read',
  request: Type.Null(),
  reply: Type.Array(TokenInformation),
  parts: (_data, { registers }, { refresh }) => (refresh ? registers.size : 1),
  handle(_data, { client, headers, directory, pins, call }) {
    const registers = [...directory.registers.values()].filter(({ token }) => client.permits(token));
    if (!headers.refresh) return registers.map(configuredInformation);
    const ask = async (register: Register) => {
      try {
        pins.check(client.name, register);
        const told = await register.port.describe?.(call, true);
        if (told) return toldInformation(register, told);
      } catch {
        // A vendor that fails, or a PIN, leaves the row as configured: the list is for choosing a register.
      }
      return configuredInformation(register);
    };
    return Promise.all(registers.map(ask));
  },
});
