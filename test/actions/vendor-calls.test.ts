import { expect, test } from 'vitest';
import { VendorCalls } from '#actions/vendor-calls.ts';
import { Failure } from '#core/failure.ts';
import { createJoinedReads } from '#outbound/joined-reads.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { everybody } from './fake-directory.ts';

const VENDOR = { vendor: 'ofd-ru', account: 'ofd' };

/** Asks for a change that comes to this. */
function ask(run: () => Promise<unknown>) {
  const clock = createFakeClock(0);
  const { signal } = new AbortController();
  const missing = () => Promise.reject(new Error('no jobs here'));
  const calls = new VendorCalls({
    clock,
    stopped: signal,
    joinedReads: createJoinedReads(),
    operations: { run },
    jobs: { check: () => Promise.resolve(), order: missing, wait: missing },
  });
  const change = { prepare: missing, send: missing };
  const name = { address: 'a', action: 'b', account: 'ofd', token: null, kind: 'ofd-ru' };
  const headers = { timeoutMs: 1000, refresh: false, raw: false, wait: false };
  const requester = { client: everybody, signal, exchanges: [] };
  const answer = calls.change(requester, headers as never, { ...name, data: null, change });
  return { clock, answer };
}

test('a change that its requester waits for no longer names the vendor', async () => {
  const { clock, answer } = ask(() => new Promise(() => {}));
  const failure = expect(answer).rejects.toMatchObject({
    name: 'VENDOR_OUTCOME_UNKNOWN',
    details: { ...VENDOR, status: null, code: 'timeout', message: 'запрос отправлен, ответа нет' },
  });
  clock.advance(1000);
  clock.advance(100);
  await failure;
});

test.each([
  ['that nothing tells of', 'unknown', new Failure('VENDOR_OUTCOME_UNKNOWN')],
  [
    'that was not told of in time',
    'timeout',
    new Failure('VENDOR_OUTCOME_UNKNOWN', { cause: new Failure('BUS_TIMEOUT') }),
  ],
])('an outcome %s names the vendor', async (_what, code, failure) => {
  const { answer } = ask(() => Promise.reject(failure));
  await expect(answer).rejects.toMatchObject({ name: failure.name, details: { ...VENDOR, code } });
});

test.each([
  [
    'what the vendor has said',
    new Failure('VENDOR_OUTCOME_UNKNOWN', {
      details: { ...VENDOR, status: 502, code: '502', message: 'gateway' },
    }),
  ],
  ['our own mistake', new Failure('VENDOR_OUTCOME_UNKNOWN', { cause: new Error('disk full') })],
  ['that nothing was sent', new Failure('BUS_TIMEOUT')],
  [
    'what an upstream has said',
    Failure.told({ name: 'VENDOR_OUTCOME_UNKNOWN', description: 'занято', data: { name: 'E' } }),
  ],
])('%s is told as it is', async (_what, failure) => {
  await expect(ask(() => Promise.reject(failure)).answer).rejects.toBe(failure);
});
