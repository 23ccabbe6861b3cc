import { type Static, Type } from 'typebox';
import { LONGEST_TIMER_MS } from '#core/clock.ts';
import { formatTaxNumber } from '#domain/report.ts';
import type { Vendor } from '#domain/vendor.ts';
import { defineVendor } from '#domain/vendor-definition.ts';
import { acceptShift } from './accept-shift.ts';
import { createAcceptanceChanges } from './acceptance-changes.ts';
import { createCashShifts } from './cash-shifts.ts';
import { UUID_PATTERN } from './field-schemas.ts';
import { getAcceptanceDocument } from './get-acceptance-document.ts';
import { getShift } from './get-shift.ts';
import { createLedger } from './ledger.ts';
import { listPayments } from './list-payments.ts';
import { listShifts } from './list-shifts.ts';
import type { IikoPort } from './port.ts';
import { saveAcceptanceDocument } from './save-acceptance-document.ts';
import { createServerApi } from './server-api.ts';
import { Session } from './session.ts';
import { toReport } from './x-report.ts';

const DeviceConfig = Type.Object(
  {
    cash_register: Type.Integer({ description: "`cashRegNumber`: the register's number in iiko." }),
    point_of_sale: Type.Optional(
      Type.String({
        pattern: UUID_PATTERN,
        description: 'UUID; needed where several points of sale number their registers alike.',
      }),
    ),
  },
  { additionalProperties: false },
);

/** iiko Server, cash shifts: 004_… "Работа со сменами". */
export const iiko = defineVendor({
  kind: 'iiko',

  accountConfig: Type.Object(
    {
      login: Type.String({ minLength: 1, description: 'A back-office user with the right to use the API.' }),
      password: Type.String({ minLength: 1, writeOnly: true, description: "The user's password, plain." }),
      zone: Type.String({
        minLength: 1,
        description: 'IANA time zone of the server, which writes its local time without one.',
      }),
      currency: Type.String({
        pattern: '^[A-Z]{3}$',
        description: 'ISO 4217 code of the sums in reports, which iiko does not tell.',
      }),
      concurrency: Type.Integer({
        minimum: 1,
        maximum: 1,
        default: 1,
        description: 'Calls at once: iiko asks for one at a time.',
      }),
      idleLogoutMs: Type.Integer({
        minimum: 1000,
        maximum: LONGEST_TIMER_MS,
        default: 90_000,
        description: 'Unused for so long (milliseconds), the licence slot is given back.',
      }),
    },
    { additionalProperties: false },
  ),

  deviceConfig: DeviceConfig,

  actions: [listShifts, getShift, listPayments, getAcceptanceDocument, saveAcceptanceDocument, acceptShift],

  givesXReports: true,

  // "Requests must be strictly sequential" is the vendor's own rule for every server.
  concurrency: 1,

  create({ config, http, clock, log }) {
    const { login, password, zone, currency, idleLogoutMs } = config;
    const session = new Session({ http, clock, log, login, password, zone, idleLogoutMs });
    const api = createServerApi(session, http, zone);
    const shifts = createCashShifts(api, clock);
    const ledger = createLedger(api, clock);

    const vendor: Vendor<Static<typeof DeviceConfig>> & IikoPort = {
      shifts,
      changes: createAcceptanceChanges({ api, shifts, ledger }),

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
    return vendor;
  },
});
