import type { Config } from './schema.ts';

/** Keys whose texts are secrets, in accounts and devices of any vendor. `tokenPrefix` is a scheme, not a token. */
const SECRET_KEY = /login|password|secret|^pin$|token$/i;

/** A login of letters alone (`api`, `admin`) names a role and stands in addresses too; others are phones and e-mails. */
const ROLE = /^[A-Za-z]+$/;

/** Every configured secret, for keeping them out of logs and records: each once, the longest first. */
export function secretsOf(config: Config): readonly string[] {
  const { http, avqTcp, vertxTcp } = config.listen;
  const keys = [http, avqTcp, vertxTcp].map((listener) => (listener ? listener.tls?.key : undefined));
  const accounts = Object.values(config.vendors).flatMap((account) => [
    ...secretTexts(account),
    ...Object.values(account.headers),
  ]);
  const devices = config.devices.flatMap(({ token: _, backoffice, ...device }) => [
    ...secretTexts(device),
    ...secretTexts(backoffice ?? {}),
  ]);
  const clients = config.clients.map(({ secret }) => secret);
  const texts = [...accounts, ...devices, ...clients, ...keys].filter((text) => typeof text === 'string');
  return [...new Set(texts)].filter((text) => text !== '').toSorted((a, b) => b.length - a.length);
}

function secretTexts(keys: object): string[] {
  return Object.entries(keys).flatMap(([key, value]) => {
    if (!SECRET_KEY.test(key) || typeof value !== 'string') return [];
    return /login/i.test(key) && ROLE.test(value) ? [] : [value];
  });
}
