import type { Call } from '#core/call.ts';
import type { Failure } from '#core/failure.ts';

/** What a step of a change may use besides its arguments. */
export type ChangeContext = {
  /**
   * The requester's in `prepare` and `send`. In `settle` one of its own, since what was sent has to be found out
   * whoever still waits.
   */
  readonly call: Call;
  /** May the requester see phones, cards and e-mails? */
  readonly showPersonalData: boolean;
  /** An earlier attempt of the same operation may have reached the vendor, although its state did not show it. */
  readonly isDoubtful: boolean;
  /** Names the operation: the same in every attempt and every process, and a hash, fit for a vendor to see. */
  readonly operation: string;
};

/**
 * Either what will prove later whether the change was done, or the answer where nothing has to be sent for it.
 * Evidence is JSON, goes to disk as it is and must hold no secret.
 */
export type Prepared<Evidence, Answer> = { readonly evidence: Evidence } | { readonly answer: Answer };

/**
 * What a vendor's state tells of a change whose answer was lost:
 * - `answer`: it was done; the answer, as complete as it can be had
 * - `refusal`: it was refused, an outcome as any
 * - `not_done`: its state is that of before; a repeat is sent, but not while the vendor may still be at it
 * - `undecidable`: the vendor could be asked, and nothing tells; asked again when a repeat comes
 */
export type Settlement<Answer> =
  | { readonly answer: Answer }
  | { readonly refusal: Failure }
  | 'not_done'
  | 'undecidable';

/**
 * A change of money or law at one register or account, as its vendor declares it: three steps without a state
 * of their own, so that another process can go on where this one was killed. When they run, in what order and
 * how often is decided by `operations/`; two changes of one register never run at once.
 *
 * `Data` is the message's, checked. `Answer` is the `data` of its reply, masked for the requester.
 */
export type Change<Data = unknown, Evidence = unknown, Answer = unknown> = {
  /**
   * Reads what the change needs and what will prove it; sends nothing that changes anything. A refusal
   * (`AVQFR_SHIFT_IS_CLOSED`, `VENDOR_REJECTED`) is an outcome already; after any other failure a repeat is
   * carried out. `earlier` is the evidence of an earlier attempt of the same operation that was surely not done:
   * what was fixed then (an id the vendor knows it by) has to be kept.
   */
  prepare(
    data: Data,
    context: ChangeContext,
    earlier: Evidence | undefined,
  ): Promise<Prepared<Evidence, Answer>>;
  /**
   * The one call that changes something. Rejects with the vendor's refusal, with what means *surely not done*
   * (`VENDOR_UNAVAILABLE` without a status, `VENDOR_RATE_LIMITED`, `VENDOR_AUTH_FAILED`, `BUS_TIMEOUT`), or with
   * anything else, which means that nobody knows.
   */
  send(data: Data, evidence: Evidence, context: ChangeContext): Promise<Answer>;
  /**
   * Reads what became of it, by requests that are `settling`. Rejects when the vendor cannot be read now and has
   * to be asked again. Without it a lost answer stays lost.
   */
  settle?(evidence: Evidence, context: ChangeContext): Promise<Settlement<Answer>>;
  /**
   * A state that shows nothing done proves it at once, although the vendor may still be at it: `prepare` waits where that
   * matters, or a second one is harmless.
   */
  readonly settlesAtOnce?: true;
  /** The evidence still tells after later changes of the same register; otherwise it does not. */
  readonly evidenceLasts?: true;
  /**
   * Its answer is not remembered for repeats, since what it was asked with is not: a PIN. Every message is a change
   * of its own.
   */
  readonly isForgotten?: true;
};
