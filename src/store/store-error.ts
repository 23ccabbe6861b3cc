/**
 * Why the store does not do what it is asked to:
 * - `locked`: another process works with it
 * - `newer`: a later version of the program wrote it
 * - `full`: there is no room left on the disk
 * - `broken`: it cannot be read or written: rights, a damaged file, a dying disk
 * - `closed`: the bus is stopping
 */
export type StoreFault = 'locked' | 'newer' | 'full' | 'broken' | 'closed';

/** The store cannot be used, or has not kept what it was handed. For the operator, in English. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly fault: StoreFault;

  constructor(fault: StoreFault, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.fault = fault;
  }
}
