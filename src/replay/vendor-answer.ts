import type { ServerResponse } from 'node:http';
import type { VendorResponse } from './fixture.ts';

/** What a vendor would never say, so that nobody takes it for part of the conversation. */
const UNMATCHED: VendorResponse = {
  status: 501,
  body: { error: 'no exchange of the fixture matches this call' },
};

/** More than is sent, so that the answer ends too early. */
const TRUNCATED_BYTES = 1024;

type Content = { readonly type: string; readonly bytes: Buffer };

function contentOf({ body, text, base64 }: VendorResponse): Content | undefined {
  if (base64 !== undefined) return { type: 'application/octet-stream', bytes: Buffer.from(base64, 'base64') };
  if (text !== undefined) return { type: 'text/plain; charset=utf-8', bytes: Buffer.from(text) };
  if (body === undefined || body === null) return undefined;
  return { type: 'application/json; charset=utf-8', bytes: Buffer.from(JSON.stringify(body)) };
}

function writeContent(planned: VendorResponse, response: ServerResponse): void {
  const content = contentOf(planned);
  // The machine's date would be another one than the fixture's.
  response.sendDate = false;
  response.statusCode = planned.status ?? 200;
  if (content) response.setHeader('content-type', content.type);
  for (const [name, value] of Object.entries(planned.headers ?? {})) response.setHeader(name, value);
  response.end(content?.bytes);
}

function truncate(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': TRUNCATED_BYTES });
  response.write('{"', () => response.destroy());
}

/**
 * Plays one answer, or the lack of one: `reset` really resets the connection, `hang` leaves it open without a
 * word, `truncate` ends it in the middle of the body. Undefined: nothing in the fixture fits.
 */
export function answerCall(planned: VendorResponse | undefined, response: ServerResponse): void {
  if (planned?.fault === undefined) return writeContent(planned ?? UNMATCHED, response);
  if (planned.fault === 'truncate') return truncate(response);
  if (planned.fault === 'reset') response.socket?.resetAndDestroy();
}
