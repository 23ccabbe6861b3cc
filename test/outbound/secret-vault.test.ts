import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SecretVault } from '#outbound/secret-vault.ts';

const PASSWORD = 'Пароль "1"/&+';

function vaultOf(...secrets: string[]): SecretVault {
  const vault = new SecretVault();
  vault.keep(secrets);
  return vault;
}

const digest = (algorithm: string, text: string) => createHash(algorithm).update(text).digest('hex');

describe('a vault', () => {
  test.each([
    ['as it is', PASSWORD],
    ['in capitals', PASSWORD.toUpperCase()],
    ['percent-encoded', encodeURIComponent(PASSWORD)],
    ['percent-encoded in small letters', encodeURIComponent(PASSWORD).toLowerCase()],
    ['in a form', new URLSearchParams([['', PASSWORD]]).toString().slice(1)],
    ['in JSON', JSON.stringify(PASSWORD).slice(1, -1)],
    ['in base64', Buffer.from(PASSWORD).toString('base64')],
    ['in base64url', Buffer.from(PASSWORD).toString('base64url')],
    ['as SHA-1', digest('sha1', PASSWORD)],
    ['as SHA-256', digest('sha256', PASSWORD).toUpperCase()],
    ['in HTML', PASSWORD.replace('&', '&amp;').replaceAll('"', '&quot;')],
  ])('hides a secret %s', (_how, form) => {
    expect(vaultOf(PASSWORD).conceal(`login: ${form}!`, 500)).toMatch(/^login: \[secret\]=*!$/);
  });

  test('looks for a short one between other characters only', () => {
    expect(vaultOf('1111').conceal('PIN 1111, касса 111155, п1111, 1111', 500)).toBe(
      'PIN [secret], касса 111155, п1111, [secret]',
    );
  });

  test('hides what stands behind the scheme of a header', () => {
    expect(vaultOf('Bearer abcdefgh12').conceal('token abcdefgh12 is bad', 500)).toBe(
      'token [secret] is bad',
    );
  });

  test('hides the longest of several', () => {
    expect(vaultOf('abcdefgh', 'abcdefghijkl').conceal('abcdefghijklm', 500)).toBe('[secret]m');
  });

  test('keeps what it was told before, and takes what it is told later', () => {
    const vault = vaultOf('first-secret');
    expect(vault.conceal('second-secret', 500)).toBe('second-secret');
    vault.keep(['second-secret']);
    expect(vault.conceal('first-secret second-secret', 500)).toBe('[secret] [secret]');
  });

  test('remembers the last tokens', () => {
    const vault = vaultOf();
    for (let index = 0; index < 100; index += 1) vault.keepToken(`token-number-${index}`);
    expect(vault.conceal('token-number-99 token-number-98', 500)).toBe('[secret] [secret]');
    expect(vault.conceal('token-number-9', 500)).toBe('token-number-9');
  });

  test('gives no part of a secret at the end of what it has read', () => {
    const secret = 'q'.repeat(300);
    for (const before of [16_200, 16_384, 16_000]) {
      const read = vaultOf(secret).conceal(`${'-'.repeat(before)}${secret}`, 100_000);
      expect(read).not.toContain('q');
    }
    expect(vaultOf(secret).conceal(`--${secret}--`, 1)).toBe('-');
  });

  test('gives back nothing in which a secret is found', () => {
    const secret = fc.string({ minLength: 8, maxLength: 20, unit: 'binary' });
    fc.assert(
      fc.property(fc.array(secret, { minLength: 1 }), fc.array(fc.string()), (secrets, others) => {
        const text = [...others, ...secrets, ...others].join(' ; ');
        const shown = vaultOf(...secrets).conceal(text, 10_000);
        for (const one of secrets) {
          if (!'[secret] ; '.includes(one)) expect(shown.replaceAll('[secret]', '')).not.toContain(one);
        }
      }),
    );
  });

  test('is quick however many secrets there are', () => {
    const secrets = Array.from({ length: 5000 }, (_, index) => `password-${index * 7919}`);
    const vault = vaultOf(...secrets);
    vault.conceal('', 1);
    const begun = performance.now();
    for (let count = 0; count < 20; count += 1) vault.conceal('password-x password-7 '.repeat(500), 2000);
    expect(performance.now() - begun).toBeLessThan(500);
  });
});
