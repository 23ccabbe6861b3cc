import { isJsonObject } from '#core/json.ts';
import { createWordFinder } from './named-words.ts';
import type { RecordedMessage } from './recorded-message.ts';

type Keys = Record<string, unknown>;

/** What changes answers, whoever asks; written down where it is not as it would be anyway. */
const ANSWERING: Readonly<Record<string, readonly string[]>> = {
  limits: ['maxMessageBytes', 'maxDepth', 'maxResultBytes'],
  jobs: ['deadlineMs'],
  pin: ['idleMs'],
  reconcile: ['tolerance'],
};

/** The replayer's, secret as a whole, or about a connection that a replay does not make. */
const DROPPED_ACCOUNT_KEYS = new Set(['baseUrl', 'ca', 'tlsVerify', 'headers']);

/** Left out where the message is not about it: without a session the register could not be reached. */
const PIN = new Set(['pin']);

function objectAt(parent: unknown, key: string): Keys {
  const child = isJsonObject(parent) ? parent[key] : undefined;
  return isJsonObject(child) ? child : {};
}

function objectsAt(parent: unknown, key: string): Keys[] {
  const list = isJsonObject(parent) ? parent[key] : undefined;
  return Array.isArray(list) ? list.filter(isJsonObject) : [];
}

function without(keys: Keys, dropped: ReadonlySet<string>): Keys {
  return Object.fromEntries(Object.entries(keys).filter(([name]) => !dropped.has(name)));
}

/** The device of this serial, as it is configured. */
export function configuredDevice(config: unknown, token: string | undefined): Keys | undefined {
  return objectsAt(config, 'devices').find((device) => device.token === token);
}

/** The kind of an account; undefined when there is none of that name. */
export function kindOf(config: unknown, account: unknown): string | undefined {
  const { kind } = objectAt(objectAt(config, 'vendors'), String(account));
  return typeof kind === 'string' ? kind : undefined;
}

function isPinFailure(name: unknown): boolean {
  return name === 'AVQFR_BAD_KEY_AUTH_DATA' || String(name).startsWith('AVQFR_SESSION_');
}

/** Is the answer about the session that a PIN opens, for all that it names? Only then must the register have one. */
function isAboutPin({ address, failure }: RecordedMessage): boolean {
  return address === 'ik.service.token.authority' || isPinFailure(failure);
}

/** The registers whose own row in a list of reports is about that session. */
function tokensWithoutSession({ answer }: RecordedMessage): ReadonlySet<unknown> {
  const rows = objectsAt(objectAt(answer, 'data'), 'reports');
  const refused = rows.filter((row) => isPinFailure(objectAt(row, 'error').name));
  return new Set(refused.map(({ token }) => token));
}

/**
 * Is this register, in a list of registers, told as it is configured? Then it was not asked, most likely for want of the
 * session that its PIN opens, and must not be in the replay either.
 */
function wasNotAsked({ answer }: RecordedMessage, token: unknown): boolean {
  const { data } = answer as { data?: unknown };
  const row = Array.isArray(data)
    ? data.find((item) => isJsonObject(item) && item.serial === token)
    : undefined;
  return isJsonObject(row) && row.device_id === null;
}

/** The register or the registers that the message or its answer names. */
function touchedDevices(config: unknown, message: RecordedMessage): Keys[] {
  const named = configuredDevice(config, message.token);
  if (named) return [named];
  const isNamed = createWordFinder(message.request, message.answer);
  return objectsAt(config, 'devices').filter(({ token }) => isNamed(String(token)));
}

/** Without a register or an account to go by, which one was meant may depend on all that are configured. */
function touchedAccounts(config: unknown, message: RecordedMessage, devices: readonly Keys[]): string[] {
  const all = Object.keys(objectAt(config, 'vendors'));
  const ofDevices = devices.flatMap(({ vendor, backoffice }) => [
    vendor,
    objectAt({ backoffice }, 'backoffice').vendor,
  ]);
  const called = message.exchanges.map(({ account }) => account);
  if (devices.length > 0) return all.filter((name) => ofDevices.includes(name) || called.includes(name));
  if (kindOf(config, message.account))
    return all.filter((name) => name === message.account || called.includes(name));
  return message.address === 'ik.service.app' ? all.filter((name) => called.includes(name)) : all;
}

function touchedGroup(config: unknown, message: RecordedMessage, devices: readonly Keys[]): Keys {
  const { group } = objectAt(message.request, 'data');
  const members = typeof group === 'string' ? objectAt(config, 'groups')[group] : undefined;
  if (typeof group !== 'string' || !Array.isArray(members)) return {};
  return { [group]: members.filter((token) => devices.some((device) => device.token === token)) };
}

function changedSettings(config: unknown, defaults: unknown): Keys {
  const sections = Object.entries(ANSWERING).map(([section, names]): [string, [string, unknown][]] => {
    const [set, usual] = [objectAt(config, section), objectAt(defaults, section)];
    const changed = names.filter((name) => set[name] !== undefined && set[name] !== usual[name]);
    return [section, changed.map((name) => [name, set[name]])];
  });
  return Object.fromEntries(
    sections
      .filter(([, changed]) => changed.length > 0)
      .map(([section, changed]) => [section, Object.fromEntries(changed)]),
  );
}

/**
 * The part of the configuration that a message touches, in the file's form. `defaults` is what it would be without a
 * word.
 */
export function recordedConfig(config: unknown, defaults: unknown, message: RecordedMessage): Keys {
  const devices = touchedDevices(config, message);
  const accounts = touchedAccounts(config, message, devices);
  const isAboutAll = isAboutPin(message);
  const withoutSession = tokensWithoutSession(message);
  const keepsPin = ({ token }: Keys) =>
    isAboutAll || withoutSession.has(token) || wasNotAsked(message, token);
  const recordedDevice = (device: Keys) => (keepsPin(device) ? device : without(device, PIN));
  const vendors = objectAt(config, 'vendors');
  const groups = touchedGroup(config, message, devices);
  const consumers = objectsAt(config, 'consumers').filter(({ address }) => address === message.address);
  return {
    ...changedSettings(config, defaults),
    ...(accounts.length > 0 && {
      vendors: Object.fromEntries(
        accounts.map((name) => [name, without(objectAt(vendors, name), DROPPED_ACCOUNT_KEYS)]),
      ),
    }),
    ...(devices.length > 0 && { devices: devices.map(recordedDevice) }),
    ...(Object.keys(groups).length > 0 && { groups }),
    ...(consumers.length > 0 && { consumers }),
  };
}
