import type { Change } from '#domain/change.ts';
import type { Directory } from '#domain/directory.ts';
import type { ForwardedMessage } from '#domain/vendor.ts';
import type { ActionTable } from './action-table.ts';

/** Which change it is, and of what; the same as the journal keeps. */
export type ChangeName = {
  readonly address: string;
  readonly action: string;
  /** The configured account's name. */
  readonly account: string;
  /** The register; null for a change of the account itself. */
  readonly token: string | null;
};

/** A message that names the change, where the one that asked for it is gone: settling works on the evidence alone. */
function namingMessage({ address, action, token }: ChangeName): ForwardedMessage {
  return { address, replyAddress: null, data: null, headers: { action, ...(token !== null && { token }) } };
}

/**
 * What carries the change out in the present configuration; undefined when there is none such (any more). Works after
 * a restart too, when only the journal knows of the message.
 */
export function findChange(actions: ActionTable, directory: Directory, name: ChangeName): Change | undefined {
  const register = name.token === null ? undefined : directory.registers.get(name.token);
  const account = register?.account ?? directory.accounts.get(name.account);
  if (!account || account.name !== name.account) return undefined;
  if (account.vendor.forwardedChange) return account.vendor.forwardedChange(namingMessage(name));
  const action = actions.find(name.address, name.action);
  const target = register ? { register, port: register.port } : { account, vendor: account.vendor };
  return action?.change?.(target);
}
