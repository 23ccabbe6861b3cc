import { Failure } from '#core/failure.ts';
import type { Headers } from '#core/message.ts';
import type { ActionClient, ServiceHeaders } from '#domain/action.ts';
import type { Account, Directory, Register } from '#domain/directory.ts';
import type { ForwardedMessage } from '#domain/vendor.ts';
import { findRegister } from './targets.ts';

/** iKassa's own address space: whatever of it the bus does not serve itself belongs to an upstream. */
const IKASSA = 'ik.service.';

/** Headers that are the bus's own and never travel on. */
const OWN_HEADERS = new Set([
  'account',
  'operation.id',
  'timeout',
  'wait',
  'raw',
  'authorization',
  'traceparent',
]);

/** Actions of the upstream that change nothing; whatever else goes there is money or law. */
const READS = /^(get_.*|version|printers|init_session)$/;

/** Does an upstream that speaks our own protocol take this address and action? */
function isForwarded(account: Account, address: string, action?: string): boolean {
  if (!account.vendor.forward) return false;
  if (address.startsWith(IKASSA)) return true;
  return account.forward.some(
    (rule) =>
      rule.address === address && (action === undefined || !rule.actions || rule.actions.includes(action)),
  );
}

/** Does an action of ours, asked for at this address, go to the register's upstream? Our other addresses are ours alone. */
export function isForwardedRegister({ account }: Register, address: string): boolean {
  return account.vendor.forward !== undefined && address.startsWith(IKASSA);
}

/** The accounts that would take the message, in the file's order. */
export function forwardingAccounts(directory: Directory, address: string, action?: string): Account[] {
  return [...directory.accounts.values()].filter((account) => isForwarded(account, address, action));
}

/** Does any account take something at this address? Asked for every message, so that no list is built. */
export function isForwardedAnywhere(directory: Directory, address: string): boolean {
  for (const account of directory.accounts.values()) if (isForwarded(account, address)) return true;
  return false;
}

/** The upstream the message goes to: the register's, the named account, or the only one that takes it. */
export function findUpstream(
  directory: Directory,
  address: string,
  action: string,
  headers: ServiceHeaders,
  client: ActionClient,
): Account {
  if (headers.token !== undefined) {
    const { account } = findRegister(directory, headers, client);
    if (isForwarded(account, address, action)) return account;
    throw new Failure('BUS_UNSUPPORTED_ACTION', {
      description: `поставщик ${account.kind} не умеет ${address} ${action}`,
    });
  }
  const candidates = forwardingAccounts(directory, address, action);
  if (headers.account !== undefined) {
    const named = candidates.find(({ name }) => name === headers.account);
    if (named) return named;
    const description = `недопустимое значение заголовка account: ${headers.account} не принимает ${address} ${action}`;
    throw new Failure('TSRV_INVALID_HEADER', { description });
  }
  const [only, ...others] = candidates;
  if (only && others.length === 0) return only;
  const names = candidates.map(({ name }) => name).join(', ');
  throw new Failure('BUS_MISSING_HEADER', {
    description: `не хватает заголовка token или account: одна из ${names}`,
  });
}

/** The message as it travels on: as it came, less the headers that are the bus's own. */
export function toForwarded(request: {
  address: string;
  replyAddress: string | null;
  headers: Headers;
  body: unknown;
}): ForwardedMessage {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (!OWN_HEADERS.has(name)) headers[name] = typeof value === 'string' ? value : value.join(',');
  }
  return { address: request.address, replyAddress: request.replyAddress, data: request.body, headers };
}

export function forwardedEffect(action: string): 'read' | 'change' {
  return READS.test(action) ? 'read' : 'change';
}
