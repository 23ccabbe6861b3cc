import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { isJsonObject } from '#core/json.ts';
import type { Report } from '#domain/report.ts';
import { TokenInformation } from '#domain/token-information.ts';
import { defineVendor } from '#domain/vendor-definition.ts';
import { forwardedChange } from './shift-changes.ts';
import { ask, askXReport, forward } from './upstream.ts';

const Forward = Type.Object(
  {
    address: Type.String({ description: 'an address outside ik.service.* that this upstream serves' }),
    actions: Type.Optional(Type.Array(Type.String(), { description: 'only these actions; all without it' })),
  },
  { additionalProperties: false },
);

/** Without what is known by name and of another shape: it must not take the list of all registers with it. */
function fitting(told: Readonly<Record<string, unknown>>): Partial<TokenInformation> {
  const { properties } = TokenInformation;
  const fits = ([name, value]: [string, unknown]) =>
    !Object.hasOwn(properties, name) || Value.Check(properties[name as keyof TokenInformation], value);
  return Object.fromEntries(Object.entries(told).filter(fits));
}

/** The iKassa software cash register (BY). It speaks our own protocol, so that messages pass through as they are. */
export const tsrv = defineVendor({
  kind: 'tsrv',
  accountConfig: Type.Object(
    {
      forward: Type.Optional(
        Type.Array(Forward, { description: 'What else goes to this upstream, beside ik.service.*.' }),
      ),
    },
    { additionalProperties: false },
  ),
  deviceConfig: Type.Object({}, { additionalProperties: false }),
  actions: [],
  givesXReports: true,
  concurrency: 16,
  create({ http }) {
    return {
      forward: (message, call) => forward(http, message, { effect: 'read' }, call),
      forwardedChange: (message) => forwardedChange(http, message),
      register: ({ token }) => ({
        // Forwarded as it came: the router logs a shape of its own, and never refuses it.
        getXReport: (call) => askXReport(http, token, call) as Promise<Report>,
        async describe(call, refresh) {
          const headers = {
            action: 'get_token_by_serial',
            token,
            ...(refresh && { 'tokens.refresh': 'true' }),
          };
          const told = await ask(http, 'ik.service.token', headers, call);
          return isJsonObject(told) ? fitting(told) : {};
        },
      }),
      close: () => Promise.resolve(),
    };
  },
});
