import { Type } from 'typebox';
import { defineVendorAction } from '#domain/action.ts';
import type { Cabinet } from './cabinet.ts';
import { Inn, Kpp } from './ids.ts';
import { ReportListReply } from './report-schema.ts';
import { reportInWords } from './words.ts';

/** 1.2 'Метод получения OfdAgreementId': whose cabinet it is, its limits and its reports. Always asked anew. */
export const getAgreement = defineVendorAction<Cabinet>()({
  address: 'ofd_ru.reports',
  action: 'get_agreement',
  target: { account: 'ofd-ru' },
  effect: 'read',
  request: Type.Object(
    {
      inn: Type.Optional({ ...Inn, description: "A legal entity; else the account's." }),
      kpp: Type.Optional({ ...Kpp, description: 'With `inn`; a sole trader has none.' }),
    },
    { additionalProperties: false },
  ),
  reply: ReportListReply,
  async handle({ inn, kpp }, { vendor, call, client, headers }) {
    if (headers.refresh) vendor.forgetAgreement();
    const own = vendor.entity;
    const isOwn = inn === undefined || inn === own.inn;
    const asked = isOwn ? { inn: own.inn, kpp: kpp ?? own.kpp } : { inn, kpp };
    const list = await vendor.lookUpAgreement(asked, call);
    const { agreementId: OfdAgreementId } = list;
    const reading = vendor.reading(client.seesPersonalData);
    return reportInWords({ OfdAgreementId, ...list.fields }, reading) as ReportListReply;
  },
});
