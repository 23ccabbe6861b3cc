import { BlockList, isIP } from 'node:net';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** The host as it stands in a URL, without the brackets of an IPv6 address. */
export function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}

/** Is this a loopback address, `localhost`, or a name under it (RFC 6761 6.3)? In brackets or not. */
export function isLoopbackHost(host: string): boolean {
  const bare = withoutBrackets(host);
  const family = isIP(bare);
  if (family === 0) return /^(?:.+\.)?localhost$/i.test(bare);
  return LOOPBACK.check(bare, family === 4 ? 'ipv4' : 'ipv6');
}
