import type { Call } from '#core/call.ts';
import type { HttpClient } from '#core/http-client.ts';
import { vendorFailure } from '#outbound/vendor-failure.ts';
import { isSameId, type ReportList } from './report-list.ts';

/** A legal entity; a sole trader has no KPP. */
export type LegalEntity = { readonly inn?: string | undefined; readonly kpp?: string | undefined };

/** Whose reports: goes into evidence and jobs. */
export type Agreement = {
  /** `OfdAgreementId`; null where the vendor tells none, as a user of one legal entity needs none. */
  readonly id: string | null;
  /** The account's own, so that its INN and KPP lead to the list; else the client has named it. */
  readonly isOwn: boolean;
};

export type AgreementsOptions = {
  readonly entity: LegalEntity;
  /** From the configuration. */
  readonly agreementId: string | undefined;
  readonly http: Pick<HttpClient, 'vendor' | 'account'>;
  list(entity: LegalEntity, call: Call): Promise<ReportList>;
};

export type Agreements = {
  find(given: string | undefined, call: Call): Promise<Agreement>;
  lookUp(entity: LegalEntity, call: Call): Promise<ReportList>;
  forget(): void;
};

/** 1.2 'Метод получения OfdAgreementId'. What was found is remembered: it is identity, never a figure. */
export function createAgreements({ entity, agreementId, http, list }: AgreementsOptions): Agreements {
  let remembered: { readonly id: string | null } | undefined;

  async function lookUp(asked: LegalEntity, call: Call): Promise<ReportList> {
    const reports = await list(asked, call);
    if (reports.agreementId === null && asked.inn !== undefined) {
      throw vendorFailure('VENDOR_BAD_RESPONSE', http, {
        status: 200,
        code: 'missing_field',
        message: 'нет обязательного поля OfdAgreementId',
      });
    }
    if (asked.inn === entity.inn && asked.kpp === entity.kpp) remembered = { id: reports.agreementId };
    return reports;
  }

  return {
    lookUp,
    async find(given, call) {
      const own = agreementId ?? remembered?.id ?? undefined;
      if (given !== undefined) return { id: given, isOwn: own !== undefined && isSameId(given, own) };
      if (agreementId !== undefined) return { id: agreementId, isOwn: true };
      const { id } = remembered ?? { id: (await lookUp(entity, call)).agreementId };
      return { id, isOwn: true };
    },
    forget() {
      remembered = undefined;
    },
  };
}
