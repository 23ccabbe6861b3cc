import { Type } from 'typebox';
import { defineVendor } from '#domain/vendor-definition.ts';
import { closeShift } from './close-shift.ts';
import { type Desk, getKkm, type Kassa24Port } from './desk.ts';
import { getSectionReport } from './get-section-report.ts';
import { getShift } from './get-shift.ts';
import { getXReport } from './get-x-report.ts';
import { toTokenInformation } from './map.ts';
import { openShift } from './open-shift.ts';
import { type Credentials, createSession, type Session } from './session.ts';
import { createClosing } from './shift-closing.ts';
import { createOpening } from './shift-opening.ts';
import * as xReports from './x-report.ts';
import { toZReport } from './z-report-map.ts';

const CONCURRENCY = 16;

const LOGIN = { minLength: 1, description: "A cashier's phone, eleven digits, in quotes." };
const PASSWORD = { minLength: 1, writeOnly: true };

/** Kassa24 Business / Fiscal24 (Kazakhstan), cash register shifts: 001_… 'Работа со сменами'. */
export const kassa24 = defineVendor({
  kind: 'kassa24',

  accountConfig: Type.Object(
    {
      login: Type.String(LOGIN),
      password: Type.String({ ...PASSWORD, description: "The cashier's password." }),
      zone: Type.String({ minLength: 1, description: 'IANA zone in which times are told: Asia/Almaty.' }),
      xReport: Type.Object(
        {
          method: Type.Enum(['GET', 'POST'], { default: 'POST', description: 'HTTP method.' }),
          path: Type.String({
            pattern: '^/.*:id',
            default: '/shifts/:id/x',
            description: "Path; `:id` is the shift's.",
          }),
        },
        {
          additionalProperties: false,
          default: {},
          description: 'How the X report is asked for, since the document does not tell.',
        },
      ),
      dateZ: Type.Enum(['utc', 'local'], {
        default: 'utc',
        description: "`local`: the `Z` of the vendor's times stands behind the register's wall clock.",
      }),
    },
    { additionalProperties: false },
  ),

  deviceConfig: Type.Object(
    {
      id_kkm: Type.Integer({ minimum: 1, description: '`IdKkm`, the number of the register in Kassa24.' }),
      login: Type.Optional(
        Type.String({
          ...LOGIN,
          description:
            "The register's own cashier instead of the account's; a cashier can hold one open shift.",
        }),
      ),
      password: Type.Optional(
        Type.String({ ...PASSWORD, description: "The own cashier's password, where `login` is given." }),
      ),
    },
    { additionalProperties: false },
  ),

  actions: [openShift, getShift, getXReport, getSectionReport, closeShift],

  givesXReports: true,

  concurrency: CONCURRENCY,

  create({ config, http, state, clock }) {
    const { login, password, zone, dateZ, xReport } = config;
    const sessions = new Map<string, Session>();

    /** One session a cashier, however many registers are his. */
    function sessionOf(credentials: Credentials): Session {
      const key = JSON.stringify([credentials.login, credentials.password]);
      const session = sessions.get(key) ?? createSession(credentials, http);
      sessions.set(key, session);
      return session;
    }

    return {
      register(device): Kassa24Port {
        const credentials = { login: device.login ?? login, password: device.password ?? password };
        const session = sessionOf(credentials);
        const desk: Desk = { session, http, state, clock, device, time: { zone, dateZ }, xReport };
        return {
          desk,
          getXReport: (call) => xReports.getXReport(desk, call),
          openShift: createOpening(desk, () => ({ result: 'Ok' })),
          closeShift: createClosing(desk, (closed) => toZReport(closed, desk)),
          // Nothing but the login is remembered, so there is nothing to forget on a refresh.
          describe: async (call) => toTokenInformation(await getKkm(desk, call), device),
        };
      },

      // Kassa24 has no logout: a token ends after 24 hours.
      close: async () => {},
    };
  },
});
