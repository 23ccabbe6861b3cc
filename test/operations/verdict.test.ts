import { expect, test } from 'vitest';
import { FAILURES, Failure, type FailureName } from '#core/failure.ts';
import {
  blocked,
  mayBeToldLater,
  outcomeUnknown,
  surelyNotDone,
  verdictOnPreparing,
  verdictOnSending,
} from '#operations/verdict.ts';

const told = (name: string) => Failure.told({ name, description: '', data: null });

function verdictFor(name: string): string {
  if (/^VENDOR_(OUTCOME_UNKNOWN|TIMEOUT|BAD_RESPONSE)$|^BUS_INTERNAL_ERROR$/.test(name)) return 'unknown';
  if (/^(BUS|TSRV)_|^AVQFR_SESSION_|^VENDOR_(UNAVAILABLE|RATE_LIMITED|AUTH_FAILED)$/.test(name))
    return 'not_done';
  return name === 'AVQFR_BAD_KEY_AUTH_DATA' ? 'not_done' : 'refused';
}

test.each(Object.keys(FAILURES) as FailureName[])(
  '%s of a change means one thing, whoever says it',
  (name) => {
    expect(verdictOnSending(new Failure(name))).toBe(verdictFor(name));
    expect(verdictOnSending(told(name))).toBe(verdictFor(name));
  },
);

test('an unknown name from upstream is a refusal, a mistake of ours says nothing', () => {
  expect(verdictOnSending(told('E_PRINTER'))).toBe('refused');
  expect(verdictOnSending(new TypeError('oops'))).toBe('unknown');
});

test('an unavailable vendor that has answered may have done it', () => {
  const details = { vendor: 'kassa24', account: 'almaty', code: '502', message: '' };
  const failure = (status: number | null) =>
    new Failure('VENDOR_UNAVAILABLE', { details: { ...details, status } });
  expect(verdictOnSending(failure(502))).toBe('unknown');
  expect(verdictOnSending(failure(null))).toBe('not_done');
});

test('before anything was sent only a refusal is an outcome', () => {
  expect(verdictOnPreparing(new Failure('AVQFR_SHIFT_IS_CLOSED'))).toBe('refused');
  for (const name of ['VENDOR_TIMEOUT', 'VENDOR_BAD_RESPONSE', 'BUS_INTERNAL_ERROR'] as const) {
    expect(verdictOnPreparing(new Failure(name))).toBe('not_done');
  }
});

test('a vendor that refuses to tell is not asked again by itself', () => {
  expect(mayBeToldLater(new Failure('VENDOR_TIMEOUT'))).toBe(true);
  expect(mayBeToldLater(new Error('oops'))).toBe(true);
  expect(mayBeToldLater(new Failure('VENDOR_REJECTED'))).toBe(false);
  expect(mayBeToldLater(told('TSRV_TOKEN_NOT_FOUND'))).toBe(false);
});

test('another change that has to wait is told that nothing was sent, and why', () => {
  const waiting = blocked(new Failure('VENDOR_TIMEOUT', { description: 'молчит' }));
  expect(waiting.name).toBe('VENDOR_TIMEOUT');
  expect(waiting.description).toContain('молчит');
  expect(blocked(told('VENDOR_TIMEOUT')).name).toBe('VENDOR_UNAVAILABLE');
  expect(blocked(new Failure('VENDOR_OUTCOME_UNKNOWN')).name).toBe('VENDOR_UNAVAILABLE');
});

test('what the vendor or the network said is told whatever becomes of the change', () => {
  const details = {
    vendor: 'ofd-ru',
    account: 'ofd',
    status: null,
    code: 'html',
    message: 'пришла HTML-страница: проверьте baseUrl',
  };
  const caught = new Failure('VENDOR_BAD_RESPONSE', { description: 'ответ не разобран', details });
  for (const failure of [outcomeUnknown(caught), surelyNotDone(caught)]) {
    expect(failure.description).toMatch(/: пришла HTML-страница: проверьте baseUrl$/);
    expect(failure).toMatchObject({ details, cause: caught });
  }
  const silent = new Failure('VENDOR_UNAVAILABLE', {
    words: 'HTTP 502 без объяснения',
    details: { ...details, message: '' },
  });
  expect(surelyNotDone(silent).description).toBe(silent.description);
  expect(outcomeUnknown(silent).description).toMatch(/: HTTP 502 без объяснения$/);
  expect(surelyNotDone(new Error('oops')).description).toBe(FAILURES.VENDOR_UNAVAILABLE.description);
});
