import type { Call } from '#core/call.ts';
import type { Change } from './change.ts';
import type { Report } from './report.ts';
import type { TokenInformation } from './token-information.ts';

/** What may be said of any register in the configuration, whatever its vendor. */
export type CommonDevice = {
  readonly token: string;
  readonly vendor: string;
  readonly pin?: string;
  readonly company_name?: string;
  readonly tax_number?: string | number;
};

/** A message on its way to an upstream that speaks our own protocol. */
export type ForwardedMessage = {
  readonly address: string;
  readonly replyAddress: string | null;
  readonly data: unknown;
  /** Already without the headers that are the bus's own. */
  readonly headers: Readonly<Record<string, string>>;
};

/** `data` of what opens or closes a shift; `date` (RFC 3339) when it was done offline. */
export type ShiftChangeData = { readonly date?: string } | null;

/**
 * What one register can do for the common services; what its vendor cannot do is left out and answered with
 * `BUS_UNSUPPORTED_ACTION`. Every function rejects with a `Failure`.
 */
export type RegisterPort = {
  /** The figures of the open shift; `AVQFR_SHIFT_IS_CLOSED` without one. */
  getXReport?(call: Call): Promise<Report>;
  /** What the vendor tells of the register; `refresh` forgets what is remembered first. */
  describe?(call: Call, refresh: boolean): Promise<Partial<TokenInformation>>;
  readonly openShift?: Change<ShiftChangeData, unknown, { readonly result: 'Ok' }>;
  /** Its answer is the Z report, with `close_date` and `uid`. */
  readonly closeShift?: Change<ShiftChangeData, unknown, Report>;
};

/** A configured account, alive. `D` is what its kind keeps of a device. */
export type Vendor<D = never> = {
  /** Binds a configured device. Called again for every register after a reload. */
  register(device: D & CommonDevice): RegisterPort;
  /** Only for an upstream of our own protocol: passes a message that reads on and answers its `data` as it came. */
  forward?(message: ForwardedMessage, call: Call): Promise<unknown>;
  /**
   * The same for what changes something there. After a restart a message of the same address and headers
   * (`action`, `token`) is enough, since settling works on the evidence alone.
   */
  forwardedChange?(message: ForwardedMessage): Change;
  /** Logs out and lets go; called once, at shutdown or when the account left the configuration. */
  close(): Promise<void>;
};
