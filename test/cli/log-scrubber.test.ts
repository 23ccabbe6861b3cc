import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLogScrubber } from '#cli/log-scrubber.ts';

function scrub(fields: object, secrets: readonly string[]): Record<string, unknown> {
  const scrubber = createLogScrubber();
  scrubber.learn(secrets);
  return JSON.parse(scrubber.scrub(`${JSON.stringify(fields)}\n`));
}

test('leaves a line without a secret as it is', () => {
  const scrubber = createLogScrubber();
  const line = '{"token":"AVQ11031010703","n":1.10}\n';
  expect(scrubber.scrub(line)).toBe(line);
  scrubber.learn(['correct horse battery']);
  expect(scrubber.scrub(line)).toBe(line);
});

test('hides what stands under the key of a secret, known or not', () => {
  const fields = { headers: { Authorization: 'Bearer x' }, password: { nested: 'y' }, token: 'AVQ1' };
  expect(scrub(fields, [])).toEqual({
    headers: { Authorization: '[secret]' },
    password: '[secret]',
    token: 'AVQ1',
  });
});

test.each([
  'Password',
  'pass',
  'PIN',
  'pinCode',
  'authToken',
  'TokenCPCR',
  'access_token',
  'client_secret',
  'set-cookie',
  'AggregatorAuthentication',
  'api_keys',
  'tokens.mine',
])('hides what stands under %s', (key) => {
  expect(scrub({ token: 'AVQ1', nested: [{ [key]: 'x' }] }, [])).toEqual({
    token: 'AVQ1',
    nested: [{ [key]: '[secret]' }],
  });
});

test('hides a secret behind an escape, and one that is a key', () => {
  expect(scrub({ text: 'wrong PIN\n1031', 'the long phrase': 1 }, ['1031', 'the long phrase'])).toEqual({
    text: 'wrong PIN\n[secret]',
    '[secret]': 1,
  });
});

test('leaves a line with escapes as it is, too', () => {
  const scrubber = createLogScrubber();
  const line = '{"text":"a\\nb","n":1.10}\n';
  expect(scrubber.scrub(line)).toBe(line);
});

test('hides a short secret between other characters only, and never inside a number', () => {
  expect(scrub({ token: 'AVQ110310', text: 'pin 1031 wrong', ms: 1031 }, ['1031'])).toEqual({
    token: 'AVQ110310',
    text: 'pin [secret] wrong',
    ms: 1031,
  });
});

test('keeps hiding what was a secret before', () => {
  const scrubber = createLogScrubber();
  scrubber.learn(['the first secret']);
  scrubber.learn(['the second secret']);
  expect(scrubber.scrub('{"a":"the first secret, the second secret"}\n')).toBe(
    '{"a":"[secret], [secret]"}\n',
  );
});

test('hides any secret wherever it stands, as it is and percent-encoded, and stays a line of JSON', () => {
  const secret = fc.string({ minLength: 8, unit: 'binary' }).filter((text) => text.isWellFormed());
  fc.assert(
    fc.property(secret, fc.string(), fc.string(), (hidden, before, after) => {
      fc.pre(!`${before}[secret]${after}`.includes(hidden));
      const { text, path } = scrub(
        { text: before + hidden + after, path: `/?q=${encodeURIComponent(hidden)}` },
        [hidden],
      );
      expect(String(text)).not.toContain(hidden);
      expect(path).toBe('/?q=[secret]');
    }),
  );
});
