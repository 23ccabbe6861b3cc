import type { Call } from '#core/call.ts';
import { Failure } from '#core/failure.ts';
import { parseJson } from '#core/json.ts';
import type { Change } from '#domain/change.ts';
import type { Job } from '#domain/job.ts';
import type { JobRecord } from '#store/job-table.ts';
import type { OperationRequest, Operations } from './operations.ts';
import { surelyNotDone, verdictOnSending } from './verdict.ts';
import { untilAborted } from './waiting.ts';

/** The vendor could not be read, which it may be later: no refusal. */
const UNREAD = new Set([
  'VENDOR_UNAVAILABLE',
  'VENDOR_TIMEOUT',
  'VENDOR_RATE_LIMITED',
  'VENDOR_BAD_RESPONSE',
]);

/** Rather what is configured than the vendor's trouble of this moment: somebody should hear of it at once. */
const MISCONFIGURED = new Set(['no_such_host', 'certificate']);

/** Until something else is known, it may have been made all the same. */
const UNKNOWN = new Set(['VENDOR_OUTCOME_UNKNOWN', 'BUS_INTERNAL_ERROR']);

const ignore = () => undefined;

function toRequest(record: JobRecord, job: Job): OperationRequest {
  const { client, operationId, address, action, account, token, showPersonalData } = record;
  const data = parseJson(record.data);
  const name = { client, operationId, address, action, account, token };
  return { ...name, data, showPersonalData, lane: job.laneOf?.(data) };
}

/** The order of one job: made once, and once more when it was lost and surely not made. */
export class JobOrder {
  readonly #operations: Pick<Operations, 'run' | 'mayHaveBeenSent'>;
  /** What the last one has met whose answer was lost. */
  #lost: Failure | undefined;
  #wasRepeated = false;
  /** The present attempt has sent nothing yet, nor found that there was one too many. */
  #isPreparing = false;

  constructor(operations: Pick<Operations, 'run' | 'mayHaveBeenSent'>) {
    this.#operations = operations;
  }

  /**
   * Resolves with how the vendor knows it; rejects as `Operations.run` does, and with what the vendor has really said
   * when an order was lost for the second time. Where nothing can be cancelled nobody waits for what was sent.
   */
  async place(record: JobRecord, job: Job, call: Call): Promise<unknown> {
    this.#isPreparing = true;
    const change = { ...job.order, ...this.#limited(job.order) };
    const placed = this.#operations.run({ ...toRequest(record, job), change }, call);
    if (job.cancel || (await untilAborted(placed.then(ignore, ignore), call.signal))) {
      return placed.catch((caught: unknown) => {
        throw this.#isLostTwice(caught) ? this.#reason : caught;
      });
    }
    throw new Failure('BUS_TIMEOUT');
  }

  /**
   * Is an order that has failed so to be tried again later? It is not known what became of it, or that it was not made,
   * or it was not sent, since the vendor could not be read before that.
   */
  mayBeRepeated({ name, details }: Failure): boolean {
    if (name === 'VENDOR_OUTCOME_UNKNOWN' || name === 'VENDOR_RATE_LIMITED') return true;
    if (this.#isPreparing) {
      return UNREAD.has(name) && !(details && 'code' in details && MISCONFIGURED.has(details.code));
    }
    return name === 'VENDOR_UNAVAILABLE' && this.#lost !== undefined && !this.#wasRepeated;
  }

  #isLostTwice(caught: unknown): boolean {
    return (
      this.#wasRepeated && this.#lost !== undefined && Failure.from(caught).name === 'VENDOR_UNAVAILABLE'
    );
  }

  /** What the vendor has really said, since it is known that it did not make the last one. */
  get #reason(): Failure {
    const lost = this.#lost;
    return lost && lost.name !== 'VENDOR_OUTCOME_UNKNOWN' ? lost : surelyNotDone(lost);
  }

  #limited({ prepare, send }: Change): Pick<Change, 'prepare' | 'send'> {
    return {
      prepare: async (data, context, earlier) => {
        if (context.isDoubtful && this.#wasRepeated) {
          this.#isPreparing = false;
          throw this.#reason;
        }
        const prepared = await prepare(data, context, earlier);
        if (context.isDoubtful) this.#wasRepeated = true;
        return prepared;
      },
      send: async (...order) => {
        this.#isPreparing = false;
        this.#lost = undefined;
        try {
          return await send(...order);
        } catch (caught) {
          if (verdictOnSending(caught) === 'unknown') this.#lost = Failure.from(caught);
          throw caught;
        }
      },
    };
  }

  /**
   * Resolves with how the vendor knows what was ordered before, by an earlier process too, or with undefined when
   * surely nothing was. Orders nothing. Rejects while it is not known.
   */
  async find(record: JobRecord, job: Job, call: Call): Promise<{ readonly ordered: unknown } | undefined> {
    const prepare = () => Promise.reject(new Failure('BUS_TIMEOUT'));
    try {
      const request = toRequest(record, job);
      if (!(await this.#operations.mayHaveBeenSent(request))) return undefined;
      return { ordered: await this.#operations.run({ ...request, change: { ...job.order, prepare } }, call) };
    } catch (caught) {
      if (UNKNOWN.has(Failure.from(caught).name)) throw caught;
      return undefined;
    }
  }
}
