import { isLoopbackHost } from '#core/loopback.ts';
import type { Complain } from './complaint.ts';
import { asList, asRecord, asText } from './lenient.ts';
import { loadPem } from './pem.ts';

const LISTENERS = ['http', 'avqTcp', 'vertxTcp'] as const;

const EVERYWHERE: readonly string[] = ['0.0.0.0', '::'];

/** Where to listen, and whether it is safe to: two at one port, anybody beyond this machine, TLS material. */
export function checkListeners(root: unknown, folder: string, complain: Complain): void {
  const listen = asRecord(asRecord(root).listen);
  checkPorts(listen, complain);
  checkExposure(root, complain);
  for (const name of LISTENERS) {
    const tls = asRecord(asRecord(listen[name]).tls);
    const path = ['listen', name, 'tls'];
    loadPem(tls, ['cert', 'key', 'ca'], { path, folder, complain });
    if (tls.clientAuth === true && tls.ca === undefined) {
      complain([...path, 'ca'], 'is missing: clientAuth needs the authorities that vouch for clients');
    }
  }
}

/** Does any listener ask for certificates that it can verify? */
export function asksForCertificates(root: unknown): boolean {
  const listen = asRecord(asRecord(root).listen);
  return LISTENERS.some((name) => {
    const { clientAuth, ca } = asRecord(asRecord(listen[name]).tls);
    return clientAuth === true && ca !== undefined;
  });
}

function checkPorts(listen: Readonly<Record<string, unknown>>, complain: Complain): void {
  for (const [index, name] of LISTENERS.entries()) {
    const { host, port } = asRecord(listen[name]);
    const rival = LISTENERS.slice(0, index).find((other) => {
      const { host: otherHost, port: otherPort } = asRecord(listen[other]);
      return port !== 0 && port !== undefined && port === otherPort && isSameHost(host, otherHost);
    });
    if (rival) complain(['listen', name, 'port'], `listen.${rival} has this port already`);
  }
}

function isSameHost(one: unknown, other: unknown): boolean {
  return one === other || [one, other].some((host) => EVERYWHERE.includes(asText(host) ?? ''));
}

function checkExposure(root: unknown, complain: Complain): void {
  const { listen, clients, anonymous, allowAnonymous } = asRecord(root);
  const exposed = LISTENERS.filter((name) => {
    const host = asText(asRecord(asRecord(listen)[name]).host);
    return host !== undefined && !isLoopbackHost(host);
  });
  if (allowAnonymous === true || exposed.length === 0) return;
  if (anonymous !== undefined) {
    complain(['anonymous'], `beyond loopback (${exposed.join(', ')}) this needs allowAnonymous: true`);
  }
  if (asList(clients).length > 0) return;
  for (const name of exposed) {
    complain(['listen', name, 'host'], 'beyond loopback the bus needs clients, or allowAnonymous: true');
  }
}
