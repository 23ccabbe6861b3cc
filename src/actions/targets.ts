import { Failure } from '#core/failure.ts';
import type { Action, ActionClient, ServiceHeaders } from '#domain/action.ts';
import { type Account, type Directory, findAccount, type Register } from '#domain/directory.ts';
import type { RegisterPort, Vendor } from '#domain/vendor.ts';

/** What a message is about, found in the directory. */
export type FoundTarget = {
  readonly register?: Register;
  /** The register's port, for the actions of its own vendor. */
  readonly port?: RegisterPort;
  readonly account?: Account;
  /** The account's vendor, for its own actions. */
  readonly vendor?: Vendor;
};

/**
 * The register of the `token` header. Throws `BUS_MISSING_HEADER`, `TSRV_TOKEN_NOT_FOUND`, which names the permitted
 * ones, or `TSRV_INVALID_HEADER` for another's account.
 */
export function findRegister(
  directory: Directory,
  { token, account }: Pick<ServiceHeaders, 'token' | 'account'>,
  client: ActionClient,
): Register {
  if (token === undefined) {
    throw new Failure('BUS_MISSING_HEADER', {
      description: 'не хватает заголовка token: серийный номер кассы',
    });
  }
  const register = directory.registers.get(token);
  if (register) {
    checkAccount(register, account);
    return register;
  }
  const known = [...directory.registers.keys()].filter((known) => client.permits(known)).join(', ');
  throw new Failure('TSRV_TOKEN_NOT_FOUND', {
    description: `касса ${token} не найдена. доступны: [${known}]`,
  });
}

/** An account beside a register must be that register's own. Throws `TSRV_INVALID_HEADER`. */
export function checkAccount({ token, account }: Register, name: string | undefined): void {
  if (name === undefined || name === account.name) return;
  const description = `недопустимое значение заголовка account: касса ${token} не относится к учётной записи ${name}`;
  throw new Failure('TSRV_INVALID_HEADER', { description });
}

/** The account a service of that kind is about. Throws `TSRV_INVALID_HEADER` or `BUS_MISSING_HEADER`. */
function requireAccount(directory: Directory, kind: string, name: string | undefined): Account {
  const account = findAccount(directory, kind, name);
  if (account) return account;
  if (name !== undefined) {
    const description = `недопустимое значение заголовка account: нет учётной записи ${kind} с именем ${name}`;
    throw new Failure('TSRV_INVALID_HEADER', { description });
  }
  const names = [...directory.accounts.values()].filter((one) => one.kind === kind).map((one) => one.name);
  const description =
    names.length === 0
      ? `в конфигурации нет ни одной учётной записи ${kind}`
      : `не хватает заголовка account: одна из ${names.join(', ')}`;
  throw new Failure('BUS_MISSING_HEADER', { description });
}

/** What an action is about. Throws as {@link findRegister} and {@link requireAccount} do, and `BUS_UNSUPPORTED_ACTION`. */
export function findTarget(
  { address, action, target }: Action,
  directory: Directory,
  headers: ServiceHeaders,
  client: ActionClient,
): FoundTarget {
  if (target === 'bus' || target === 'directory' || target === 'jobs') return {};
  if (typeof target === 'object' && 'account' in target) {
    const account = requireAccount(directory, target.account, headers.account);
    return { account, vendor: account.vendor };
  }
  const register = findRegister(directory, headers, client);
  const { kind } = register.account;
  if (target !== 'register' && target.register !== kind) {
    throw new Failure('BUS_UNSUPPORTED_ACTION', {
      description: `поставщик ${kind} не умеет ${address} ${action}`,
    });
  }
  return { register, port: register.port };
}
