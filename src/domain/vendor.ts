import type { Call } from '#core/call.ts';
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

/**
 * What one register can do for the common services; what its vendor cannot do is left out and answered with
 * `BUS_UNSUPPORTED_ACTION`. Every function rejects with a `Failure`.
 */
export type RegisterPort = {
  /** The figures of the open shift; `AVQFR_SHIFT_IS_CLOSED` without one. */
  getXReport?(call: Call): Promise<Report>;
  /** What the vendor tells of the register; `refresh` forgets what is remembered first. */
  describe?(call: Call, refresh: boolean): Promise<Partial<TokenInformation>>;
};

/** A configured account, alive. `D` is what its kind keeps of a device. */
export type Vendor<D = never> = {
  /** Binds a configured device. Called again for every register after a reload. */
  register(device: D & CommonDevice): RegisterPort;
  /** Only for an upstream of our own protocol: passes any message on and answers its `data` as it came. */
  forward?(message: ForwardedMessage, effect: 'read' | 'change', call: Call): Promise<unknown>;
  /** Logs out and lets go; called once, at shutdown or when the account left the configuration. */
  close(): Promise<void>;
};
