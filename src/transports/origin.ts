import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { isLoopbackHost, withoutBrackets } from '#core/loopback.ts';

/** Which web pages may talk to the listener. */
export type OriginRules = {
  /** Origins allowed beside loopback and the listener's own, as browsers write them. */
  readonly origins: readonly string[];
  /** Host names the listener is reached by, beside IP addresses and `localhost`. */
  readonly hosts: readonly string[];
};

function parse(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function isKnownHost(hostname: string, hosts: readonly string[]): boolean {
  const bare = withoutBrackets(hostname);
  return isIP(bare) !== 0 || isLoopbackHost(bare) || hosts.includes(bare);
}

/**
 * May this request be served? A page open on the cashier's computer must never reach a register, so a request
 * that carries `Origin` is served only for a loopback origin, the listener's own, or a configured one; and
 * where no clients are configured only under a host name that cannot be re-bound to us (DNS rebinding).
 * Programs send no `Origin` and are not touched.
 */
export function isOriginAllowed(
  request: IncomingMessage,
  rules: OriginRules,
  clientsRequired: boolean,
): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined) return true;
  const own = parse(`http://${host ?? ''}`);
  if (!clientsRequired && !(own && isKnownHost(own.hostname, rules.hosts))) return false;
  if (rules.origins.includes(origin)) return true;
  const page = parse(origin);
  if (!page || !/^https?:$/.test(page.protocol)) return false;
  return isLoopbackHost(page.hostname) || (host !== undefined && page.host === host.toLowerCase());
}

/** The CORS headers for an allowed origin; none without one. */
export function corsHeaders(request: IncomingMessage): Record<string, string> {
  const { origin } = request.headers;
  return origin === undefined ? {} : { 'access-control-allow-origin': origin, vary: 'Origin' };
}

/** The answer's headers to a preflight request of an allowed origin. */
export function preflightHeaders(request: IncomingMessage, methods: string): Record<string, string> {
  const asked = request.headers['access-control-request-headers'];
  return {
    ...corsHeaders(request),
    'access-control-allow-methods': methods,
    ...(asked === undefined ? {} : { 'access-control-allow-headers': asked }),
    'access-control-allow-private-network': 'true',
    'access-control-max-age': '600',
  };
}
