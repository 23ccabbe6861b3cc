type Query = readonly (readonly [name: string, value: string])[];

/** The path of one report; its id comes from outside. */
export function reportPath(id: string): string {
  return `/api/customer/reports/${encodeURIComponent(id)}`;
}

/** A GET that changes something: only ever the way to cancel, never the way to anything else. */
export function cancelPath(id: string): string {
  return `${reportPath(id)}/cancel`;
}

/**
 * The query of a URL that the vendor gave for this very path, the token left out. Undefined when it leads to
 * another origin or elsewhere (a `DownloadUrl` that cancels), so that nobody follows it.
 */
export function queryOfUrl(url: unknown, path: string, baseUrl: string): Query | undefined {
  const resolved = typeof url === 'string' && url.trim() !== '' ? URL.parse(url.trim(), baseUrl) : null;
  if (resolved?.origin !== new URL(baseUrl).origin) return undefined;
  if (resolved.pathname.toLowerCase() !== path.toLowerCase()) return undefined;
  return [...resolved.searchParams].filter(([name]) => name.toLowerCase() !== 'authtoken');
}
