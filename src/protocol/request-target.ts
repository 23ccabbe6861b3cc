/**
 * The path and the query (without `?`) of an HTTP request's target. The absolute form
 * (`GET http://host/path`) is accepted, as RFC 9112 3.2.2 demands.
 */
export function splitTarget(target: string): { readonly path: string; readonly query: string } {
  const relative = target.startsWith('/') ? target : target.replace(/^https?:\/\/[^/?]*/i, '');
  const end = relative.indexOf('?');
  if (end === -1) return { path: relative, query: '' };
  return { path: relative.slice(0, end), query: relative.slice(end + 1) };
}
