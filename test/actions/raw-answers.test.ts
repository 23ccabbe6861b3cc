import { expect, test } from 'vitest';
import { withoutRaw, withRaw } from '#actions/raw-answers.ts';
import type { Exchange } from '#core/call.ts';

const EXCHANGE: Exchange = {
  account: 'ws',
  request: { method: 'GET', path: '/', effect: 'read' },
  outcome: { status: 200, headers: {}, text: '{"Agents":[1],"Token":"x"}' },
  ms: 1,
};
const NESTED = `${'{"Token":"x","a":'.repeat(8000)}0${'}'.repeat(8000)}`;

test('a raw answer that nests too deep is withheld', () => {
  const deep = { ...EXCHANGE, outcome: { status: 502, headers: {}, text: NESTED } };
  expect(withRaw({ a: 1 }, [deep], false)).toEqual({ a: 1, raw: [null] });
});

const RAW = [{ Agents: [1] }];

test.each([
  ['keys', { a: 1 }, { a: 1, raw: RAW }],
  ['a key of its own that is called data', { data: { b: 1 } }, { data: { b: 1 }, raw: RAW }],
  ['a list', [1, 2], { data: [1, 2], raw: RAW }],
  ['nothing', null, { data: null, raw: RAW }],
])('raw answers stand beside an answer with %s, and come off again', (_case, data, told) => {
  expect(withRaw(data, [EXCHANGE], false)).toEqual(told);
  expect(withoutRaw(told)).toEqual(data);
});
