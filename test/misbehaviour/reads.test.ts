import { describe, expect, test } from 'vitest';
import { startSickBus } from './sick-bus.ts';
import { KINDS, READS } from './vendor-kinds.ts';

const LATER = 'Mon, 02 Mar 2026 19:00:00 GMT';
const SOON = 'Mon, 02 Mar 2026 09:00:01 GMT';

const NESTED = `{"unknown":${'['.repeat(2500)}${']'.repeat(2500)}}`;

/** What every answer is replaced by, what the read is answered with, and how often it was sent. */
const MISBEHAVIOURS: readonly (readonly [what: string, fault: object, name: string, sent: number])[] = [
  ['a reset', { fault: 'reset' }, 'VENDOR_UNAVAILABLE', 3],
  ['an answer that is lost', { fault: 'lost_answer' }, 'VENDOR_UNAVAILABLE', 3],
  ['half a body', { fault: 'truncate' }, 'VENDOR_BAD_RESPONSE', 1],
  ['HTML', { fault: 'html' }, 'VENDOR_BAD_RESPONSE', 1],
  ['broken JSON', { fault: 'not_json' }, 'VENDOR_BAD_RESPONSE', 1],
  ['JSON that nests too deep', { status: 200, text: NESTED }, 'VENDOR_BAD_RESPONSE', 1],
  ['nothing at all', { status: 200 }, 'VENDOR_BAD_RESPONSE', 1],
  ['JSON of another shape', { body: { unexpected: true } }, 'VENDOR_BAD_RESPONSE', 1],
  ['JSON that is no object', { body: 'text' }, 'VENDOR_BAD_RESPONSE', 1],
  ['a redirect', { status: 302, headers: { location: '/elsewhere' } }, 'VENDOR_BAD_RESPONSE', 1],
  ['500', { status: 500 }, 'VENDOR_UNAVAILABLE', 2],
  ['501', { status: 501 }, 'VENDOR_UNAVAILABLE', 1],
  ['502', { status: 502, text: '<html>bad gateway</html>' }, 'VENDOR_UNAVAILABLE', 3],
  ['503', { status: 503, text: 'busy' }, 'VENDOR_UNAVAILABLE', 3],
  ['504', { status: 504 }, 'VENDOR_UNAVAILABLE', 3],
  ['400', { status: 400 }, 'VENDOR_REJECTED', 1],
  ['404', { status: 404 }, 'VENDOR_REJECTED', 1],
  ['409', { status: 409 }, 'VENDOR_REJECTED', 1],
  ['429 without a Retry-After', { status: 429 }, 'VENDOR_RATE_LIMITED', 1],
  ['429 with a Retry-After that fits', { retry_after: 1 }, 'VENDOR_RATE_LIMITED', 3],
  ['429 with a Retry-After that does not fit', { retry_after: 3600 }, 'VENDOR_RATE_LIMITED', 1],
  ['429 with a date', { status: 429, headers: { 'retry-after': SOON } }, 'VENDOR_RATE_LIMITED', 3],
  ['429 with a late date', { status: 429, headers: { 'retry-after': LATER } }, 'VENDOR_RATE_LIMITED', 1],
  ['429 with garbage', { status: 429, headers: { 'retry-after': 'soon' } }, 'VENDOR_RATE_LIMITED', 1],
  ['a huge header', { status: 200, headers: { 'x-huge': 'x'.repeat(20_000) } }, 'VENDOR_BAD_RESPONSE', 1],
  ['a huge length', { body: {}, headers: { 'content-length': '999999999' } }, 'VENDOR_BAD_RESPONSE', 1],
];

describe.each(KINDS)('%s: a read', (kind) => {
  const { request, asked } = READS[kind];

  test.each(MISBEHAVIOURS)('after %s', async (_what, fault, name, sent) => {
    const { ask, vendors } = await startSickBus({ kind });
    const [vendor] = vendors;
    await vendor?.fault({ ...asked, times: 0, ...fault });
    const answer = await ask(request);
    expect({ name: answer.name, sent: await vendor?.count(asked) }).toEqual({ name, sent });
    // One failure is none of the next read's business.
    await vendor?.heal();
    expect(await ask(request)).toMatchObject({ name: null });
  });
});
