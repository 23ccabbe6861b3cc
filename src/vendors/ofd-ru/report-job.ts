import { Failure } from '#core/failure.ts';
import type { Job, JobContext, JobStep } from '#domain/job.ts';
import { vendorFailure } from '#outbound/vendor-failure.ts';
import type { Cabinet } from './cabinet.ts';
import { cancelChange } from './end-report.ts';
import { ERROR_NAMES } from './error-names.ts';
import type { ReportId } from './ids.ts';
import { MissingReports } from './missing-reports.ts';
import { type OrderEvidence, orderChange } from './order.ts';
import { checkOrder, type OrderData } from './order-data.ts';
import {
  type OrderedReport,
  pauseMs,
  progressOf,
  SHORTEST_PAUSE_MS,
  toOrdered,
  waitMs,
} from './ordered-report.ts';
import { fetchFile } from './report-file.ts';
import { findReport, isIn, type ReportRow } from './report-list.ts';
import type { Report } from './report-schema.ts';
import { type SeenList, SharedLists } from './shared-lists.ts';
import { reportInWords } from './words.ts';

/** Beside the file: what the vendor tells of the report, null when it lists it no more. */
type ReportResult = { readonly report: Report | null };

/** What the list tells of a report that was downloaded; null when it lists it no more. */
type Downloaded = { readonly row: ReportRow | null };

/** Follows reports until they are downloaded. */
class Follower {
  readonly #cabinet: Cabinet;
  readonly #lists: SharedLists;
  readonly #missing = new MissingReports();
  readonly #unknownStates = new Set<string>();

  constructor(cabinet: Cabinet) {
    this.#cabinet = cabinet;
    this.#lists = new SharedLists(cabinet);
  }

  async follow(ordered: OrderedReport, context: JobContext): Promise<JobStep<Downloaded>> {
    const nowMs = this.#cabinet.clock.now();
    const restMs = waitMs(ordered, nowMs);
    // Before its time the vendor has nothing to tell, and every look costs a turn of the one a second.
    if (restMs > 0) {
      const againInMs = Math.min(restMs, SHORTEST_PAUSE_MS);
      return { state: 'ordered', progress: progressOf(ordered, nowMs), againInMs };
    }
    const seen = await this.#lists.read(ordered, context.call);
    const row = findReport(seen.list, ordered.id);
    if (!row) return this.#miss(ordered, context, seen);
    this.#missing.forget(ordered.id);
    if (isIn(row, 'Error', 'Deleted')) return { failure: this.#ended(row) };
    if (isIn(row, 'Done')) return this.#fetch(ordered, row, context);
    return this.#pending(ordered, isIn(row, 'Todo') ? 'ordered' : 'running', row);
  }

  #pending(ordered: OrderedReport, state: 'ordered' | 'running', row?: ReportRow): JobStep<Downloaded> {
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
    { list, beganAtMs }: SeenList,
  ): Promise<JobStep<Downloaded>> {
    const isGone = this.#missing.note(ordered.id, beganAtMs);
    if (list.isComplete && !isGone) return this.#pending(ordered, 'running');
    const step = await this.#fetch(ordered, null, context);
    if ('state' in step && !list.isComplete) return step;
    return 'state' in step ? { failure: this.#notFound() } : step;
  }

  #notFound(): Failure {
    return vendorFailure('VENDOR_REJECTED', this.#cabinet.http, {
      status: 200,
      code: 'ReportNotFound',
      message: '',
      description: ERROR_NAMES.ReportNotFound?.description ?? '',
    });
  }

  async #fetch(
    ordered: OrderedReport,
    row: ReportRow | null,
    context: JobContext,
  ): Promise<JobStep<Downloaded>> {
    const { id, ofd_agreement_id: agreementId } = ordered;
    const fetched = await fetchFile(this.#cabinet, { id, agreementId, row }, context);
    if (fetched === 'not_ready') return this.#pending(ordered, 'running');
    return 'failure' in fetched ? fetched : { result: { row }, file: fetched.file };
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
      checkOrder(data, cabinet.zone);
    },
    // Every order is told by a tag of its own: other changes need not wait until all of them are made.
    laneOf: () => 'orders',
    order: orderChange(cabinet, (taken) => toOrdered(cabinet, taken)),
    async follow(ordered, context) {
      const step = await follower.follow(ordered, context);
      if (!('result' in step)) return step;
      const { row } = step.result;
      const reading = cabinet.reading(context.showPersonalData);
      return { ...step, result: { report: row && (reportInWords(row.fields, reading) as Report) } };
    },
    async cancel({ id, ofd_agreement_id: agreementId, is_own: isOwn }, { call, showPersonalData }) {
      const context = { call, showPersonalData, isDoubtful: false, operation: '' };
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
