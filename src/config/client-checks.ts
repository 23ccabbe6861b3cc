import { compileFullMatch, isReserved } from '#bus/access.ts';
import { ANONYMOUS } from '#bus/client.ts';
import type { VendorDefinition } from '#domain/vendor-definition.ts';
import type { Complain, ConfigPath } from './complaint.ts';
import { asList, asRecord, asText } from './lenient.ts';
import { asksForCertificates } from './listen-checks.ts';

/** What clients say of themselves and of each other, and whether their rules can be used. */
export function checkClients(root: unknown, complain: Complain): void {
  const { clients, anonymous } = asRecord(root);
  const names = new Set<string>();
  const secrets = new Set<string>();
  checkRules(anonymous, ['anonymous'], complain);
  for (const [index, client] of asList(clients).entries()) {
    const path = ['clients', index];
    const { name, secret } = asRecord(client);
    checkUnique(names, name, () => complain([...path, 'name'], 'an earlier client has this name'));
    checkUnique(secrets, secret, () => complain([...path, 'secret'], 'an earlier client has this secret'));
    if (name === ANONYMOUS) complain([...path, 'name'], `${ANONYMOUS} is who does not say who he is`);
    checkCredentials(asRecord(client), path, root, complain);
    checkRules(client, path, complain);
  }
}

/** Consumers may not stand in the way of services, nor of each other. */
export function checkConsumers(
  root: unknown,
  vendors: readonly VendorDefinition[],
  complain: Complain,
): void {
  const services = new Set(vendors.flatMap(({ actions }) => actions.map(({ address }) => address)));
  const addresses = new Set<string>();
  for (const [index, consumer] of asList(asRecord(root).consumers).entries()) {
    const path = ['consumers', index, 'address'];
    const address = asText(asRecord(consumer).address);
    checkUnique(addresses, address, () => complain(path, 'an earlier consumer has this address'));
    if (address !== undefined && isReserved(address, (candidate) => services.has(candidate))) {
      complain(path, "one of the bus's own addresses");
    }
  }
}

function checkUnique(seen: Set<string>, value: unknown, onRepeat: () => void): void {
  if (typeof value !== 'string') return;
  if (seen.has(value)) onRepeat();
  else seen.add(value);
}

function checkCredentials(
  { secret, certificate }: Readonly<Record<string, unknown>>,
  path: ConfigPath,
  root: unknown,
  complain: Complain,
): void {
  if (secret !== undefined && certificate === true) {
    complain([...path, 'certificate'], 'either a secret or certificate: true, not both');
  }
  if (secret === undefined && certificate !== true) {
    complain([...path, 'secret'], 'is missing; or write certificate: true');
  }
  if (certificate === true && !asksForCertificates(root)) {
    complain([...path, 'certificate'], 'needs a listener with tls.clientAuth: true and tls.ca');
  }
}

function checkRules(holder: unknown, path: ConfigPath, complain: Complain): void {
  for (const direction of ['inbound', 'outbound']) {
    for (const [index, rule] of asList(asRecord(holder)[direction]).entries()) {
      const { addressRegex } = asRecord(rule);
      if (typeof addressRegex === 'string' && !compiles(addressRegex)) {
        complain([...path, direction, index, 'addressRegex'], 'expected a regular expression of JavaScript');
      }
    }
  }
}

function compiles(expression: string): boolean {
  try {
    compileFullMatch(expression);
    return true;
  } catch {
    return false;
  }
}
