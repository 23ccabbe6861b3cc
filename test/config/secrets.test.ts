import { describe, expect, test } from 'vitest';
import { vendors } from '#app.ts';
import { parseConfig, secretsOf } from '#config.ts';

const KEY = `${['-----BEGIN', 'PRIVATE', 'KEY-----'].join(' ')}\nAAAA\n-----END PRIVATE KEY-----`;

describe('the secrets of a configuration', () => {
  const config = parseConfig(
    {
      vendors: {
        minsk: { kind: 'tsrv', baseUrl: 'http://127.0.0.1:18280', headers: { 'X-Key': 'header-value' } },
        almaty: { kind: 'kassa24', login: '77010000000', password: 'kassa-secret', zone: 'Asia/Almaty' },
        office: {
          kind: 'iiko',
          login: 'api',
          password: 'iiko-secret',
          zone: 'Europe/Moscow',
          currency: 'RUB',
        },
        ofd: { kind: 'ofd-ru', authToken: 'ofd-token' },
        white: { kind: 'white-server', token: 'white-token', tokenPrefix: 'Token' },
      },
      devices: [
        { token: 'KZ77505', vendor: 'almaty', id_kkm: 1, pin: '4321', login: '77020000000', password: 'own' },
        {
          token: 'B',
          vendor: 'office',
          cash_register: 1,
          backoffice: { vendor: 'almaty', id_kkm: 1, login: '77030000000', password: 'second' },
        },
      ],
      clients: [{ name: 'a', secret: 'client-secret' }],
    },
    { vendors, env: {}, folder: '/', baseUrls: 'optional' },
  );

  test('are all that the schemas call so, and logins, the longest first', () => {
    expect(secretsOf(config, vendors)).toEqual([
      'client-secret',
      'header-value',
      'kassa-secret',
      '77010000000',
      'iiko-secret',
      'white-token',
      '77020000000',
      '77030000000',
      'ofd-token',
      'second',
      '4321',
      'own',
    ]);
  });

  test('do not include serials, nor a scheme, nor logins that are a mere word', () => {
    const secrets = secretsOf(config, vendors);
    expect(secrets.filter((text) => ['KZ77505', 'B', 'Token', 'api'].includes(text))).toEqual([]);
  });

  test('include the private keys of listeners', () => {
    const tls = { cert: 'x', key: KEY, clientAuth: false };
    const { http, ...others } = config.listen;
    if (http === false) throw new Error('the listener is on by default');
    const encrypted = { ...config, listen: { ...others, http: { ...http, tls } } };
    expect(secretsOf(encrypted, vendors)).toContain(KEY);
  });
});
