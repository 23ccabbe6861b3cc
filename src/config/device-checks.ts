import type { VendorDefinition } from '#domain/vendor-definition.ts';
import type { Complain, ConfigPath } from './complaint.ts';
import { asList, asRecord, asText, asTexts } from './lenient.ts';
import { didYouMean } from './suggestion.ts';

/** What devices and groups say of accounts and of each other. */
export function checkDevices(
  root: unknown,
  definitions: readonly VendorDefinition[],
  complain: Complain,
): void {
  const { vendors, devices, groups } = asRecord(root);
  const places = new Map<string, number>();
  const registers = new Map<string, number>();
  for (const [index, device] of asList(devices).entries()) {
    const path = ['devices', index];
    const { token, vendor, pin } = asRecord(device);
    checkAccountName(vendor, vendors, [...path, 'vendor'], complain);
    checkBackoffice(asRecord(device), path, { vendors, definitions }, complain);
    // An upstream that speaks our own protocol asks for its PINs itself.
    if (pin !== undefined && kindOf(vendor, vendors) === 'tsrv') {
      complain([...path, 'pin'], 'not for a register of kind tsrv: there the upstream asks for the PIN');
    }
    const serial = asText(token);
    if (serial === undefined) continue;
    const earlier = places.get(serial);
    if (earlier !== undefined) complain([...path, 'token'], `devices[${earlier}] has this token already`);
    else {
      places.set(serial, index);
      checkOnlyOne(device, index, registers, complain);
    }
  }
  checkGroups(groups, [...places.keys()], complain);
}

/** Two devices of one register would change it at the same time, each thinking that it is alone. */
function checkOnlyOne(
  device: unknown,
  index: number,
  registers: Map<string, number>,
  complain: Complain,
): void {
  const { vendor, id_kkm: idKkm } = asRecord(device);
  if (typeof vendor !== 'string' || (typeof idKkm !== 'number' && typeof idKkm !== 'string')) return;
  const register = JSON.stringify([vendor, String(idKkm)]);
  const earlier = registers.get(register);
  if (earlier === undefined) registers.set(register, index);
  else complain(['devices', index, 'id_kkm'], `devices[${earlier}] is this register of the account already`);
}

/** Two sides that can be compared, and are not one and the same. */
function checkBackoffice(
  device: Record<string | number, unknown>,
  path: ConfigPath,
  { vendors, definitions }: { vendors: unknown; definitions: readonly VendorDefinition[] },
  complain: Complain,
): void {
  if (device.backoffice === undefined) return;
  const backoffice = asRecord(device.backoffice);
  const place = [...path, 'backoffice'];
  checkAccountName(backoffice.vendor, vendors, [...place, 'vendor'], complain);
  for (const [at, { vendor }] of [[path, device] as const, [place, backoffice] as const]) {
    const kind = kindOf(vendor, vendors);
    const definition = definitions.find((known) => known.kind === kind);
    if (!definition || definition.givesXReports) continue;
    complain(
      [...at, 'vendor'],
      `an account of kind ${definition.kind} tells no figures of a shift to compare`,
    );
  }
  if (isSameRegister(device, backoffice)) {
    complain(place, 'the register itself: expected the same register in another system');
  }
}

/** Credentials of a register's own say who asks, and not of what. */
const CREDENTIALS = ['login', 'password'];

/** What only one of them says tells nothing apart. */
function isSameRegister(
  device: Readonly<Record<string, unknown>>,
  { vendor, ...backoffice }: Readonly<Record<string, unknown>>,
): boolean {
  if (typeof vendor !== 'string' || vendor !== device.vendor) return false;
  return Object.entries(backoffice).every(
    ([key, value]) =>
      CREDENTIALS.includes(key) ||
      device[key] === undefined ||
      String(device[key]).toLowerCase() === String(value).toLowerCase(),
  );
}

/** The kind of the account of that name. */
function kindOf(name: unknown, vendors: unknown): unknown {
  return asRecord(asRecord(vendors)[asText(name) ?? '']).kind;
}

function checkAccountName(name: unknown, vendors: unknown, path: ConfigPath, complain: Complain): void {
  const text = asText(name);
  const known = Object.keys(asRecord(vendors));
  if (text === undefined || known.includes(text)) return;
  complain(path, `no account of this name under vendors${didYouMean(text, known)}`);
}

function checkGroups(groups: unknown, tokens: readonly string[], complain: Complain): void {
  for (const [name, members] of Object.entries(asRecord(groups))) {
    for (const [index, token] of asTexts(members)) {
      if (tokens.includes(token)) continue;
      complain(['groups', name, index], `no device has this token${didYouMean(token, tokens)}`);
    }
  }
}
