import type { IncomingMessage } from 'node:http';
import { Failure } from '#core/failure.ts';
import { isOriginAllowed, type OriginRules } from './origin.ts';

export function malformed(description: string): Failure {
  return new Failure('BUS_MALFORMED_MESSAGE', { description });
}

/** Node shows the first only, and what stands before the bus may have gone by the other. */
function hasTwoHosts({ rawHeaders }: IncomingMessage): boolean {
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index];
    if (name?.length === 4 && name.toLowerCase() === 'host') hosts += 1;
  }
  return hosts > 1;
}

/** Why a request is not served wherever it leads. */
export function refusalOf(
  request: IncomingMessage,
  originRules: OriginRules,
  clientsRequired: boolean,
): { readonly status: number; readonly failure: Failure } | undefined {
  const { host, origin = '' } = request.headers;
  // RFC 9112 3.2; HTTP/1.0 has none.
  if (host === undefined && request.httpVersion === '1.1') {
    return { status: 400, failure: malformed('в запросе нет заголовка Host') };
  }
  if (hasTwoHosts(request)) return { status: 400, failure: malformed('в запросе два заголовка Host') };
  if (isOriginAllowed(request, originRules, clientsRequired)) return undefined;
  const description = `страница ${origin} не допущена: добавьте её в listen.http.origins, имя узла — в listen.http.hosts`;
  return { status: 403, failure: new Failure('BUS_ACCESS_DENIED', { description }) };
}
