import { Type } from 'typebox';
import { formatTaxNumber } from '#domain/report.ts';
import { defineVendor } from '#domain/vendor-definition.ts';
import { createCashShifts } from './cash-shifts.ts';
import { toReport } from './map.ts';
import { Session } from './session.ts';

const IDLE_LOGOUT_MS = 90_000;

const UUID = '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$';

/** iiko Server, cash shifts: 004_… "Работа со сменами". */
export const iiko = defineVendor({
  kind: 'iiko',

  accountConfig: Type.Object(
    {
      /** A back-office user with the right to use the API. */
      login: Type.String({ minLength: 1 }),
      password: Type.String({ minLength: 1 }),
      /** IANA; the server writes its local time without any. */
      zone: Type.String({ minLength: 1 }),
      /** ISO 4217; iiko does not tell the currency of its sums. */
      currency: Type.String({ pattern: '^[A-Z]{3}$' }),
      idleLogoutMs: Type.Optional(Type.Integer({ minimum: 1000, default: IDLE_LOGOUT_MS })),
    },
    { additionalProperties: false },
  ),

  deviceConfig: Type.Object(
    {
      /** `cashRegNumber`, the register's number in iiko. */
      cash_register: Type.Integer(),
      /** Needed where several points of sale number their registers alike. */
      point_of_sale: Type.Optional(Type.String({ pattern: UUID })),
    },
    { additionalProperties: false },
  ),

  actions: [],

  // "Requests must be strictly sequential" is the vendor's own rule for every server.
  concurrency: 1,

  create({ config, http, clock, log }) {
    const { login, password, zone, currency, idleLogoutMs = IDLE_LOGOUT_MS } = config;
    const session = new Session({ http, clock, log, login, password, zone, idleLogoutMs });
    const shifts = createCashShifts({ session, http, clock, zone });

    return {
      register(device) {
        const desk = { cashRegister: device.cash_register, pointOfSale: device.point_of_sale };
        return {
          async getXReport(call) {
            return toReport(await shifts.findOpenShift(desk, call), device, currency);
          },

          // iiko tells nothing of a register beyond its shifts, so no licence slot is taken to ask.
          async describe() {
            return {
              device_id: device.cash_register,
              organization: device.company_name || null,
              unp: formatTaxNumber(device.tax_number),
            };
          },
        };
      },

      close: () => session.close(),
    };
  },
});
