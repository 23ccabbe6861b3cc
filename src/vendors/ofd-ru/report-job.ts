import { Failure } from '#core/failure.ts';
import type { Job, JobContext, JobStep } from '#domain/job.ts';
import { vendorFailure } from '#outbound/vendor-failure.ts';
import type { Cabinet } from './cabinet.ts';
import { cancelChange } from './end-report.ts';
import { ERROR_NAMES } from './error-names.ts';
import type { ReportId } from './ids.ts';
import { type OrderEvidence, orderChange } from './order.ts';
import { checkOrder, type OrderData, toOrderBody } from './order-data.ts';
import { type OrderedReport, pauseMs, progressOf, SHORTEST_PAUSE_MS, toOrdered } from './ordered-report.ts';
import { fetchFile } from './report-file.ts';
import { findReport, isIn, type ReportRow } from './report-list.ts';
import type { Report } from './report-schema.ts';
import { SharedLists } from './shared-lists.ts';
import { reportInWords } from './words.ts';

/** Beside the file: what the vendor tells of the report, null when it lists it no more. */
type ReportResult = { readonly report: Report | null };

/** A list may be late by one look; a report that is missing twice is gone. */
const MISSES_THAT_MEAN_GONE = 2;

/** Follows reports; what it counts is lost with the process, which only makes it look once more. */
class Follower {
  readonly #cabinet: Cabinet;
  readonly #lists: SharedLists;
  readonly #misses = new Map<string, number>();
  readonly #unknownStates = new Set<string>();

  constructor(cabinet: Cabinet) {
    this.#cabinet = cabinet;
    this.#lists = new SharedLists(cabinet);
  }

  async follow(ordered: OrderedReport, context: JobContext): Promise<JobStep<ReportResult>> {
    const { clock } = this.#cabinet;
    const waitMs = (ordered.due_ms ?? 0) - clock.now();
    // Before its time the vendor has nothing to tell, and every look costs a turn of the one a second.
    if (waitMs > 0) {
      const againInMs = Math.min(waitMs, SHORTEST_PAUSE_MS);
      return { state: 'ordered', progress: progressOf(ordered, clock.now()), againInMs };
    }
    const list = await this.#lists.read(ordered, context.call);
    const row = findReport(list, ordered.id);
    if (!row) return this.#miss(ordered, context, list.isComplete);
    this.#misses.delete(ordered.id);
    if (isIn(row, 'Error', 'Deleted')) return { failure: this.#ended(row) };
    if (isIn(row, 'Done')) return this.#fetch(ordered, row, context, this.#inWords(row, context));
    return this.#pending(ordered, isIn(row, 'Todo') ? 'ordered' : 'running', row);
  }

  #inWords(row: ReportRow, { showPersonalData }: JobContext): Report {
    const complain = (code: string, message: string) =>
      vendorFailure('VENDOR_BAD_RESPONSE', this.#cabinet.http, { status: 200, code, message });
    return reportInWords(row.fields, this.#cabinet.reading(showPersonalData, complain)) as Report;
  }

  #pending(ordered: OrderedReport, state: 'ordered' | 'running', row?: ReportRow): JobStep<ReportResult> {
    if (row && !isIn(row, 'Todo', 'Processing', 'Done') && !this.#unknownStates.has(row.status)) {
      this.#unknownStates.add(row.status);
      this.#cabinet.log.warn({ status: row.status }, 'OFD.ru knows a state that nobody documents');
    }
    const nowMs = this.#cabinet.clock.now();
    return { state, progress: progressOf(ordered, nowMs), againInMs: pauseMs(ordered, nowMs) };
  }

  #ended({ status }: ReportRow): Failure {
    const wasDeleted = status.toLowerCase() === 'deleted';
    return vendorFailure('VENDOR_REJECTED', this.#cabinet.http, {
      status: 200,
      code: status,
      message: '',
      description: wasDeleted ? 'OFD.ru: отчёт удалён' : 'OFD.ru не смог сформировать отчёт',
    });
  }

  /** Not in the list: it may be another user's, else it is gone. */
  async #miss(
    ordered: OrderedReport,
    context: JobContext,
    isComplete: boolean,
  ): Promise<JobStep<ReportResult>> {
    const misses = (this.#misses.get(ordered.id) ?? 0) + 1;
    this.#misses.set(ordered.id, misses);
    if (isComplete && misses < MISSES_THAT_MEAN_GONE) return this.#pending(ordered, 'running');
    const step = await this.#fetch(ordered, undefined, context, null);
    if ('state' in step && !isComplete) return step;
    this.#misses.delete(ordered.id);
    return 'state' in step ? { failure: this.#missing() } : step;
  }

  #missing(): Failure {
    return vendorFailure('VENDOR_REJECTED', this.#cabinet.http, {
      status: 200,
      code: 'ReportNotFound',
      message: '',
      description: ERROR_NAMES.ReportNotFound?.description ?? '',
    });
  }

  async #fetch(
    ordered: OrderedReport,
    row: ReportRow | undefined,
    context: JobContext,
    report: Report | null,
  ): Promise<JobStep<ReportResult>> {
    const { id, ofd_agreement_id: agreementId } = ordered;
    const fetched = await fetchFile(this.#cabinet, { id, agreementId, row }, context);
    if (fetched === 'not_ready') return this.#pending(ordered, 'running');
    return 'failure' in fetched ? fetched : { result: { report }, file: fetched.file };
  }
}

/** One an account, whoever asks for its jobs and how often. */
const followers = new WeakMap<Cabinet, Follower>();

function followerOf(cabinet: Cabinet): Follower {
  const follower = followers.get(cabinet) ?? new Follower(cabinet);
  followers.set(cabinet, follower);
  return follower;
}

/** Order, follow, download: `generate_report`. Cancelled, the vendor is told so, too. */
export function reportJob(cabinet: Cabinet): Job<OrderData, OrderEvidence, OrderedReport, ReportResult> {
  const follower = followerOf(cabinet);
  const cancelling = cancelChange(cabinet);
  return {
    check(data) {
      checkOrder(data);
      toOrderBody(data, { wireName: '', agreementId: null, zone: cabinet.zone });
    },
    // Every order is told by a tag of its own: other changes need not wait until all of them are made.
    laneOf: () => 'orders',
    order: orderChange(cabinet, (taken) => toOrdered(cabinet, taken)),
    follow: (ordered, context) => follower.follow(ordered, context),
    async cancel({ id, ofd_agreement_id: agreementId, is_own: isOwn }, { call, showPersonalData }) {
      const context = { call, showPersonalData, isDoubtful: false };
      const earlier = { id, agreement: { id: agreementId, isOwn }, query: [] };
      const prepared = await cancelling.prepare({ id }, context, earlier);
      if ('evidence' in prepared) await cancelling.send({ id }, prepared.evidence, context);
    },
  };
}

/** A report that is there, or will be: `download_report`, with nothing beside the file. It is not ours to cancel. */
export function downloadJob(cabinet: Cabinet): Job<ReportId, never, OrderedReport, object> {
  const follower = followerOf(cabinet);
  return {
    laneOf: ({ id }) => id,
    order: {
      async prepare({ id, ofd_agreement_id: given }, { call }) {
        const agreement = await cabinet.agreementFor(given, call);
        const since_ms = cabinet.clock.now();
        return {
          answer: { id, ofd_agreement_id: agreement.id, is_own: agreement.isOwn, since_ms, due_ms: null },
        };
      },
      async send() {
        throw new Failure('BUS_INTERNAL_ERROR', { cause: new Error('there is nothing to order') });
      },
    },
    async follow(ordered, context) {
      const step = await follower.follow(ordered, context);
      return 'result' in step ? { ...step, result: {} } : step;
    },
  };
}
