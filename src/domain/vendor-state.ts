/**
 * What an account must remember of its registers between restarts, as JSON. Never a secret, and never what the
 * vendor can be asked for.
 */
export type VendorState = {
  /** Undefined when nothing was remembered. */
  read(register: string, key: string): Promise<unknown>;
  /** Resolves when the value is on disk; undefined forgets the key. */
  write(register: string, key: string, value: unknown): Promise<void>;
};
