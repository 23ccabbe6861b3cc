import { header } from '#core/message.ts';
import type { Action } from '#domain/action.ts';
import { type Directory, findAccount } from '#domain/directory.ts';
import type { ActionTable } from './action-table.ts';
import { forwardingAccounts } from './forwarding.ts';
import type { RoutedRequest } from './routed-request.ts';

/** What a request is about, for the rules. */
export type Touched = {
  readonly address: string;
  readonly action: string | undefined;
  readonly token: string | undefined;
  readonly account: string | undefined;
  /** It reaches registers that its headers do not name, and each is judged by itself. */
  readonly namesRegisters: boolean;
  readonly body: unknown;
};

type Message = Pick<RoutedRequest, 'address' | 'headers' | 'body'>;

/** The register and the account that a request reaches. */
type Reached = Pick<Touched, 'token' | 'account'>;

const NOTHING: Reached = { token: undefined, account: undefined };

/**
 * What the rules are to judge: only what the request reaches, never a header that is ignored after them. Never fails,
 * since rules come before everything else.
 */
export function touchedBy(actions: ActionTable, directory: Directory, message: Message): Touched {
  const { address, headers, body } = message;
  const name = header(headers, 'action');
  const action = name === undefined ? undefined : actions.find(address, name);
  const reached = action ? reachedBy(action, directory, message) : reachedElsewhere(directory, message, name);
  return { address, action: name, ...reached, namesRegisters: action?.target === 'directory', body };
}

/** The account that a register is bound to. */
export function accountOf(directory: Directory, token: string): string | undefined {
  return directory.registers.get(token)?.account.name;
}

function reachedBy({ target }: Action, directory: Directory, { headers }: Message): Reached {
  if (target === 'bus' || target === 'directory' || target === 'jobs') return NOTHING;
  if (typeof target === 'object' && 'account' in target) {
    const account = findAccount(directory, target.account, header(headers, 'account'));
    return { token: undefined, account: account?.name };
  }
  const token = header(headers, 'token');
  return token === undefined ? NOTHING : { token, account: accountOf(directory, token) };
}

/** Of a message for an upstream, or for another client, who gets the headers as they are. */
function reachedElsewhere(
  directory: Directory,
  { address, headers }: Message,
  action: string | undefined,
): Reached {
  const token = header(headers, 'token');
  const account = header(headers, 'account');
  const upstreams = forwardingAccounts(directory, address, action);
  if (upstreams.length === 0) return { token, account };
  if (token !== undefined) return { token, account: accountOf(directory, token) };
  const fitting = upstreams.filter(({ name }) => account === undefined || name === account);
  return { token, account: fitting.length === 1 ? fitting[0]?.name : undefined };
}
