import { Type } from 'typebox';
import { defineVendor } from '#domain/vendor-definition.ts';
import { type Desk, getKkm, getXReport } from './get-x-report.ts';
import { toTokenInformation } from './map.ts';
import { type Credentials, createSession, type Session } from './session.ts';

const CONCURRENCY = 16;

const Login = Type.String({ minLength: 1 });
const Password = Type.String({ minLength: 1 });

/** Kassa24 Business / Fiscal24 (Kazakhstan), cash register shifts: 001_… 'Работа со сменами'. */
export const kassa24 = defineVendor({
  kind: 'kassa24',

  accountConfig: Type.Object(
    {
      /** A cashier's phone, eleven digits. */
      login: Login,
      password: Password,
      /** IANA; times are told in it. */
      zone: Type.String({ minLength: 1 }),
      /** How the X report is asked for; `:id` is the shift's. */
      xReport: Type.Optional(
        Type.Object(
          {
            method: Type.Enum(['GET', 'POST']),
            path: Type.String({ pattern: '^/.*:id' }),
          },
          { additionalProperties: false },
        ),
      ),
      /** Is the `Z` of the vendor's times UTC, or the register's wall clock in disguise? */
      dateZ: Type.Optional(Type.Enum(['utc', 'local'])),
    },
    { additionalProperties: false },
  ),

  deviceConfig: Type.Object(
    {
      /** `IdKkm`, the register's number in Kassa24. */
      id_kkm: Type.Integer({ minimum: 1 }),
      /** The register's own cashier instead of the account's. */
      login: Type.Optional(Login),
      password: Type.Optional(Password),
    },
    { additionalProperties: false },
  ),

  actions: [],

  concurrency: CONCURRENCY,

  create({ config, http }) {
    const { login, password, zone, dateZ = 'utc' } = config;
    const { xReport = { method: 'POST', path: '/shifts/:id/x' } } = config;
    const sessions = new Map<string, Session>();

    /** One session a cashier, however many registers are his. */
    function sessionOf(credentials: Credentials): Session {
      const key = JSON.stringify([credentials.login, credentials.password]);
      const session = sessions.get(key) ?? createSession(credentials, http);
      sessions.set(key, session);
      return session;
    }

    return {
      register(device) {
        const credentials = { login: device.login ?? login, password: device.password ?? password };
        const desk: Desk = { session: sessionOf(credentials), http, device, time: { zone, dateZ }, xReport };
        return {
          getXReport: (call) => getXReport(desk, call),
          // Nothing but the login is remembered, so there is nothing to forget on a refresh.
          describe: async (call) => toTokenInformation(await getKkm(desk, call), device),
        };
      },

      // Kassa24 has no logout: a token ends after 24 hours.
      close: async () => {},
    };
  },
});
