import { describe, expect, test } from 'vitest';
import { isLoopbackHost } from '#core/loopback.ts';

describe('isLoopbackHost', () => {
  test.each([
    'localhost',
    'LOCALHOST',
    'a.localhost',
    'A.B.LocalHost',
    '127.0.0.1',
    '127.8.9.1',
    '::1',
    '[::1]',
    '0:0:0:0:0:0:0:1',
    '::ffff:127.0.0.1',
  ])('takes %s', (host) => {
    expect(isLoopbackHost(host)).toBe(true);
  });

  test.each([
    '',
    '127.999.1.1',
    '127.1',
    '128.0.0.1',
    '0.0.0.0',
    '::',
    '::2',
    '.localhost',
    'localhost.evil.example',
    'mylocalhost',
    '127.0.0.1.evil.example',
  ])('does not take %j', (host) => {
    expect(isLoopbackHost(host)).toBe(false);
  });
});
