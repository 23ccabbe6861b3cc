import type { CommonDevice, RegisterPort, Vendor } from './vendor.ts';

/** A configured vendor account. */
export type Account = {
  readonly name: string;
  readonly kind: string;
  readonly vendor: Vendor;
  /** Addresses and actions outside `ik.service.*` that go to this account as they are (`tsrv` only). */
  readonly forward: readonly { readonly address: string; readonly actions?: readonly string[] }[];
};

/** A configured cash register, bound to its vendor. */
export type Register = {
  readonly token: string;
  readonly account: Account;
  readonly port: RegisterPort;
  readonly device: CommonDevice;
  /** The same register in a second system, which its shift is reconciled with. */
  readonly backoffice?: Pick<Register, 'account' | 'port'>;
};

/** Everything configured, in the file's order. Replaced as a whole when the configuration is reloaded. */
export type Directory = {
  readonly accounts: ReadonlyMap<string, Account>;
  readonly registers: ReadonlyMap<string, Register>;
  readonly groups: ReadonlyMap<string, readonly string[]>;
};

/** The account a service without a register is about: the named one, else the only one of its kind; else undefined. */
export function findAccount(
  directory: Directory,
  kind: string,
  name: string | undefined,
): Account | undefined {
  if (name !== undefined) {
    const account = directory.accounts.get(name);
    return account?.kind === kind ? account : undefined;
  }
  const ofKind = [...directory.accounts.values()].filter((account) => account.kind === kind);
  return ofKind.length === 1 ? ofKind[0] : undefined;
}
