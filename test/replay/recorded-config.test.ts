import { expect, test } from 'vitest';
import { recordedConfig } from '#replay/recorded-config.ts';
import type { RecordedMessage } from '#replay/recorded-message.ts';

const CONFIG = {
  vendors: { almaty: { kind: 'kassa24', login: 'x', password: 'x' }, minsk: { kind: 'tsrv' } },
  devices: [
    { token: 'KZ1', vendor: 'almaty', id_kkm: 1, pin: '1111' },
    { token: 'KZ2', vendor: 'almaty', id_kkm: 2, pin: '2222' },
    { token: 'KZ11', vendor: 'almaty', id_kkm: 11 },
    { token: 'касса "А" 5', vendor: 'minsk' },
  ],
  groups: { all: ['KZ1', 'KZ2', 'KZ11'] },
};

function message(data: unknown, answer: unknown): RecordedMessage {
  return {
    via: 'websocket',
    at: 0,
    request: { address: 'bus.reports', data },
    answer: { type: 'send', data: answer },
    exchanges: [],
    address: 'bus.reports',
    action: 'get_x_reports',
    token: undefined,
    account: undefined,
    failure: undefined,
  };
}

const devicesOf = (data: unknown, answer: unknown = null) =>
  recordedConfig(CONFIG, {}, message(data, answer)).devices as Record<string, unknown>[] | undefined;

test('a register whose row wants the session of its PIN keeps the PIN, the others of the list do not', () => {
  const error = { name: 'AVQFR_SESSION_NOT_AUTHORIZED', description: 'x' };
  const reports = [
    { token: 'KZ1', vendor: 'almaty', error },
    { token: 'KZ2', vendor: 'almaty', report: {} },
  ];
  expect(devicesOf({ tokens: ['KZ1', 'KZ2'] }, { complete: false, reports })).toEqual([
    { token: 'KZ1', vendor: 'almaty', id_kkm: 1, pin: '1111' },
    { token: 'KZ2', vendor: 'almaty', id_kkm: 2 },
  ]);
});

test('registers are those that are named as a word, in a sentence too, or as a text of several words', () => {
  const tokensOf = (data: unknown) => devicesOf(data)?.map(({ token }) => token);
  expect(tokensOf({ tokens: ['KZ11'] })).toEqual(['KZ11']);
  expect(tokensOf({ description: 'доступны: [KZ1, KZ2].' })).toEqual(['KZ1', 'KZ2']);
  expect(tokensOf({ text: 'строка\nKZ2' })).toEqual(['KZ2']);
  expect(tokensOf({ tokens: ['касса "А" 5'] })).toEqual(['касса "А" 5']);
  expect(tokensOf({ tokens: ['KZ3'] })).toBeUndefined();
});
