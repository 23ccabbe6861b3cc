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
  /** The registers are in the data, and judged one by one. */
  readonly namesRegisters: boolean;
  readonly body: unknown;
};

/** What the rules are to judge; never fails, since rules come before everything else. */
export function touchedBy(
  actions: ActionTable,
  directory: Directory,
  { address, headers, body }: Pick<RoutedRequest, 'address' | 'headers' | 'body'>,
): Touched {
  const name = header(headers, 'action');
  const action = name === undefined ? undefined : actions.find(address, name);
  const namesRegisters = action?.namesRegisters ?? false;
  const token = namesRegisters ? undefined : header(headers, 'token');
  const account = header(headers, 'account') ?? onlyAccount(directory, address, name, action, token);
  return { address, action: name, token, account, namesRegisters, body };
}

function onlyAccount(
  directory: Directory,
  address: string,
  name: string | undefined,
  action: Action | undefined,
  token: string | undefined,
): string | undefined {
  if (name === undefined || token !== undefined) return undefined;
  if (!action) {
    const [only, ...others] = forwardingAccounts(directory, address, name);
    return others.length === 0 ? only?.name : undefined;
  }
  const { target } = action;
  return typeof target === 'object' && 'account' in target
    ? findAccount(directory, target.account, undefined)?.name
    : undefined;
}
