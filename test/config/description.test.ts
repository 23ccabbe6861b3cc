import { expect, test } from 'vitest';
import { describeConfig } from '#config.ts';
import { vendors } from './fake-vendors.ts';

const keys = describeConfig(vendors);

test('every key of the configuration is listed with its default and description', () => {
  expect(keys).toContainEqual({
    key: 'listen.http.port',
    default: '1828',
    description: 'TCP port; 0 takes a free one.',
  });
  expect(keys.map(({ key }) => key)).toEqual(
    expect.arrayContaining([
      'vendors.<name>.timeoutMs',
      'devices[].backoffice.vendor',
      'clients[].inbound[].match',
    ]),
  );
});

test('what only one kind of account has is marked with it', () => {
  expect(keys.filter(({ key }) => key === 'vendors.<name>.timeoutMs')).toHaveLength(1);
  expect(keys.filter(({ key }) => key === 'vendors.<name>.currency').map(({ only }) => only)).toEqual([
    'iiko',
  ]);
  expect(
    keys.filter(({ key, only }) => key === 'vendors.<name>.concurrency' && only === 'iiko'),
  ).toMatchObject([{ default: '1' }]);
});

test('every key that is not a matter of one vendor is described', () => {
  const shared = keys.filter(({ key, only }) => !only && !/^devices\[\]\.(?!backoffice)/.test(key));
  expect(shared.filter(({ description }) => description === '')).toEqual([]);
});
