import { Type } from 'typebox';
import type { Vendor } from '#domain/vendor.ts';
import { defineVendor } from '#domain/vendor-definition.ts';
import { type Cabinet, createCabinet } from './cabinet.ts';
import { deleteTemplate, updateTemplate } from './change-template.ts';
import { createReport } from './create-report.ts';
import { createTemplate } from './create-template.ts';
import { downloadReport } from './download-report.ts';
import { cancelReport, deleteReport } from './end-report.ts';
import { generateReport } from './generate-report.ts';
import { getAgreement } from './get-agreement.ts';
import { Inn, Kpp, Uuid } from './ids.ts';
import { listKkts } from './list-kkts.ts';
import { getReport, listReports } from './list-reports.ts';
import { getTemplate, listBaseTemplates, listTemplates } from './list-templates.ts';
import { type Credentials, createSession } from './session.ts';

const CONCURRENCY = 4;
const PER_SECOND = 1;
const BASE_URL = 'https://ofd.ru';
const ZONE = 'Europe/Moscow';

/** OFD.ru, ИС «Отчеты» 1.3 (Russia): 002_…. It has no cash registers of its own for the bus, only reports of them. */
export const ofdRu = defineVendor({
  kind: 'ofd-ru',

  accountConfig: Type.Object(
    {
      baseUrl: Type.String({ minLength: 1, default: BASE_URL, description: "The vendor's address." }),
      login: Type.Optional(Type.String({ minLength: 1, description: 'A user of the cabinet.' })),
      password: Type.Optional(Type.String({ minLength: 1, writeOnly: true, description: "The user's." })),
      authToken: Type.Optional(
        Type.String({
          pattern: '^[!-~]+$',
          writeOnly: true,
          description: 'Instead of login and password: a token that is not renewed.',
        }),
      ),
      inn: Type.Optional(Inn),
      kpp: Type.Optional(Kpp),
      zone: Type.String({
        minLength: 1,
        default: ZONE,
        description: 'IANA; times are told in it, and periods are read in it.',
      }),
      ofd_agreement_id: Type.Optional({ ...Uuid, description: 'Instead of asking for it by inn and kpp.' }),
      perSecond: Type.Number({
        exclusiveMinimum: 0,
        default: PER_SECOND,
        description: 'Calls a second at most, logins included.',
      }),
    },
    {
      additionalProperties: false,
      if: { required: ['authToken'] },
      else: { required: ['login', 'password'] },
    },
  ),

  deviceConfig: Type.Object({}, { additionalProperties: false }),

  actions: [
    getAgreement,
    createReport,
    listReports,
    getReport,
    downloadReport,
    cancelReport,
    deleteReport,
    generateReport,
    listKkts,
    listBaseTemplates,
    listTemplates,
    getTemplate,
    createTemplate,
    updateTemplate,
    deleteTemplate,
  ],

  concurrency: CONCURRENCY,

  create({ config, http, clock, log }): Vendor & Cabinet {
    const { baseUrl, zone, inn, kpp, perSecond, ofd_agreement_id: agreementId } = config;
    const session = createSession({ http, clock, credentials: credentialsOf(config), perSecond });
    const entity = { inn, kpp };
    const cabinet = createCabinet({ http, session, clock, log, baseUrl, zone, entity, agreementId });
    return {
      ...cabinet,
      register: () => ({}),
      // There is no logout: a token ends by itself.
      close: async () => {},
    };
  },
});

function credentialsOf(config: { authToken?: string; login?: string; password?: string }): Credentials {
  const { authToken, login = '', password = '' } = config;
  return authToken === undefined ? { login, password } : { authToken };
}
