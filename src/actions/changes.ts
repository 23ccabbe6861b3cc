import type { Change } from '#domain/change.ts';
import type { Directory } from '#domain/directory.ts';
import type { Job } from '#domain/job.ts';
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
  const target = findNamed(directory, name);
  if (!target) return undefined;
  const { vendor } = target.account;
  if (vendor.forwardedChange) return vendor.forwardedChange(namingMessage(name));
  const action = actions.find(name.address, name.action);
  // The order of a job is a change too.
  return action?.change?.(target) ?? action?.job?.(target)?.order;
}

/** The same for a job. */
export function findJob(actions: ActionTable, directory: Directory, name: ChangeName): Job | undefined {
  const target = findNamed(directory, name);
  return target && actions.find(name.address, name.action)?.job?.(target);
}

/**
 * What a change or a job is about, as its action is handed it. An account that was only renamed is still the
 * register's own; a register that was given to another account is another's business.
 */
function findNamed(directory: Directory, { token, account: accountName }: ChangeName) {
  const register = token === null ? undefined : directory.registers.get(token);
  const account = register?.account ?? directory.accounts.get(accountName);
  if (!account || (token !== null && !register)) return undefined;
  if (account.name !== accountName && directory.accounts.has(accountName)) return undefined;
  return register ? { account, register, port: register.port } : { account, vendor: account.vendor };
}
