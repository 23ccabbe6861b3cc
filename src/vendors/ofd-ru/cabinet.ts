import type { Call } from '#core/call.ts';
import type { Clock } from '#core/clock.ts';
import type { HttpRequest } from '#core/http.ts';
import type { HttpClient } from '#core/http-client.ts';
import type { Log } from '#core/log.ts';
import { type Agreement, createAgreements, type LegalEntity } from './agreement.ts';
import { type Complain, complaintAbout, dataOf } from './answer.ts';
import { type ReportList, readReportList } from './report-list.ts';
import type { Session } from './session.ts';
import type { Reading } from './words.ts';

export type CabinetOptions = {
  readonly http: HttpClient;
  readonly session: Session;
  readonly clock: Clock;
  readonly log: Log;
  /** Where the vendor's relative URLs lead. */
  readonly baseUrl: string;
  readonly zone: string;
  readonly entity: LegalEntity;
  readonly agreementId: string | undefined;
};

/** `Data` of an answer, and how to complain about it. */
type Asked = { readonly data: unknown; readonly complain: Complain };

type Query = NonNullable<HttpRequest['query']>;

/** One customer's cabinet ("ЛКК") at OFD.ru. */
export type Cabinet = Omit<CabinetOptions, 'agreementId'> & {
  /** Sends, and throws the vendor's failure. */
  ask(request: HttpRequest, call: Call): Promise<Asked>;
  /**
   * All reports: there is no way to ask for one. Of the account's own agreement, to which its INN and KPP lead, or of
   * all that its user sees. `settling` passes an open breaker.
   */
  listReports(isOwn: boolean, call: Call, settling?: boolean): Promise<ReportList>;
  /** The agreement that something is about: the given one, else the account's own, else the one found by INN and KPP. */
  agreementFor(given: string | undefined, call: Call): Promise<Agreement>;
  /** Asks whose agreement it is, although it may be known, and remembers it. */
  lookUpAgreement(entity: LegalEntity, call: Call): Promise<ReportList>;
  forgetAgreement(): void;
  /** How an answer is put into our words. */
  reading(showPersonalData: boolean): Reading;
};

const REPORTS_PATH = '/api/customer/reports';

function entityQuery({ inn, kpp }: LegalEntity): Query {
  return [
    ...(inn === undefined ? [] : [['Inn', inn] as const]),
    // A sole trader has no KPP.
    ...(kpp === undefined ? [] : [['Kpp', kpp] as const]),
    ['SkipPageFilter', 'true'],
  ];
}

export function createCabinet({ agreementId, ...options }: CabinetOptions): Cabinet {
  const { http, session, zone, log, entity } = options;

  async function ask(request: HttpRequest, call: Call): Promise<Asked> {
    const response = await session.send(request, call);
    return { data: dataOf(response, http), complain: complaintAbout(response, http) };
  }

  async function list(query: Query, call: Call, settling: boolean): Promise<ReportList> {
    const { data, complain } = await ask(
      { method: 'GET', path: REPORTS_PATH, query, effect: 'read', ...(settling && { settling }) },
      call,
    );
    const reports = readReportList(data, complain);
    if (!reports.isComplete)
      log.warn({ listed: reports.rows.length }, 'OFD.ru listed only a part of the reports');
    return reports;
  }

  const agreements = createAgreements({
    entity,
    agreementId,
    http,
    list: (asked, call) => list(entityQuery(asked), call, false),
  });

  return {
    ...options,
    ask,
    listReports: (isOwn, call, settling = false) => list(entityQuery(isOwn ? entity : {}), call, settling),
    agreementFor: agreements.find,
    lookUpAgreement: agreements.lookUp,
    forgetAgreement: agreements.forget,
    reading: (showPersonalData) => ({ zone, showPersonalData }),
  };
}
