import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readServiceHeaders } from '#actions/service-headers.ts';
import { MAX_TIMEOUT_MS, parseTimeoutMs } from '#core/time-out.ts';
import { readTimeoutMs } from '#protocol/time-out.ts';

describe('the header `timeout`', () => {
  test('is any whole decimal number of milliseconds in range', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: MAX_TIMEOUT_MS }), (timeoutMs) => {
        expect(parseTimeoutMs(String(timeoutMs))).toBe(timeoutMs);
      }),
    );
  });

  test.each(['', '0', '-1', '+5', '0x10', ' 50 ', '1e3', '1.5', '1.0', '600001', '9999999999', 'x', '٣'])(
    'is not %j, for nobody',
    (text) => {
      expect(parseTimeoutMs(text)).toBeUndefined();
      expect(readTimeoutMs({ timeout: text }, 7)).toBe(7);
      expect(() => readServiceHeaders({ timeout: text })).toThrow('TSRV_INVALID_HEADER');
    },
  );

  test('may be shorter for a consumer than for a service', () => {
    expect(readTimeoutMs({ timeout: '99' }, 7)).toBe(99);
    expect(() => readServiceHeaders({ timeout: '99' })).toThrow('TSRV_INVALID_HEADER');
    expect(readServiceHeaders({ timeout: '100' }).timeoutMs).toBe(100);
  });
});
