import { expect, test } from 'vitest';
import { RequestJournal } from '#sandbox/request-journal.ts';

function seen(part: { query?: string; headers?: Record<string, string>; body?: unknown }) {
  const journal = new RequestJournal();
  const { query = '', headers = {}, body } = part;
  journal.add({ method: 'POST', path: '/', query: new URLSearchParams(query), headers, text: '', body });
  return journal.list()[0];
}

test('the journal keeps no credentials of a body, but serials of registers', () => {
  const body = {
    headers: { token: 'AVQ1' },
    Login: 'ivan',
    PinCode: '1234',
    passwd: 'x',
    authToken: 'x',
    list: [{ Password: 'x' }],
  };
  expect(seen({ body })?.body).toEqual({
    headers: { token: 'AVQ1' },
    Login: 'ivan',
    PinCode: '***',
    passwd: '***',
    authToken: '***',
    list: [{ Password: '***' }],
  });
});

test('the journal keeps no credentials of a query, nor of headers', () => {
  const { query, headers } =
    seen({
      query: 'login=api&pass=x&key=y&key=z&token=t',
      headers: { authorization: 'x', 'x-key': 'x', aggregatorauthentication: 'x', accept: 'a/b' },
    }) ?? {};
  expect(query).toEqual({ login: ['api'], pass: ['***'], key: ['***'], token: ['***'] });
  expect(headers).toEqual({
    authorization: '***',
    'x-key': '***',
    aggregatorauthentication: '***',
    accept: 'a/b',
  });
});
