import type { ServerResponse } from 'node:http';
import type { SimulatedResponse } from './simulator.ts';

function payloadOf({ body, text, bytes }: SimulatedResponse): string | Uint8Array {
  return bytes ?? text ?? (body === undefined ? '' : JSON.stringify(body));
}

function typeOf({ text, bytes }: SimulatedResponse): string {
  if (bytes !== undefined) return 'application/octet-stream';
  return text === undefined ? 'application/json; charset=utf-8' : 'text/plain; charset=utf-8';
}

/** Sends the whole answer at once. */
export function send(outgoing: ServerResponse, response: SimulatedResponse): void {
  const { status, headers } = response;
  const payload = payloadOf(response);
  const type = payload.length === 0 ? {} : { 'content-type': typeOf(response) };
  outgoing.writeHead(status, { ...type, ...headers });
  outgoing.end(payload);
}

/** Promises the whole answer; gives its bytes, of which none is sent yet. */
function promise(outgoing: ServerResponse, response: SimulatedResponse): Buffer {
  const { status, headers } = response;
  const payload = Buffer.from(payloadOf(response));
  outgoing.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    ...headers,
    'content-length': payload.length,
  });
  return payload;
}

/** Promises the whole answer, sends half of it and breaks off. */
export function sendHalf(outgoing: ServerResponse, response: SimulatedResponse): void {
  const payload = promise(outgoing, response);
  outgoing.write(payload.subarray(0, Math.floor(payload.length / 2)), () => outgoing.destroy());
}

/** Sends one byte, `pause`s, and so on, until nobody takes them any more. */
export async function sendByteByByte(
  outgoing: ServerResponse,
  response: SimulatedResponse,
  pause: () => Promise<void>,
): Promise<void> {
  for (const byte of promise(outgoing, response)) {
    if (outgoing.destroyed) return;
    outgoing.write(Buffer.of(byte));
    await pause();
  }
  outgoing.end();
}

/** The answer with other texts in its body, which stays of the type that it is, and with further headers. */
export function altered(
  response: SimulatedResponse,
  replace: Readonly<Record<string, string>> = {},
  headers: Readonly<Record<string, string>> = {},
): SimulatedResponse {
  const withHeaders = { ...response, headers: { ...response.headers, ...headers } };
  const texts = Object.entries(replace);
  if (texts.length === 0 || response.bytes !== undefined) return withHeaders;
  const payload = texts.reduce((told, [from, to]) => told.replaceAll(from, to), String(payloadOf(response)));
  return {
    status: response.status,
    headers: { 'content-type': typeOf(response), ...withHeaders.headers },
    text: payload,
  };
}
