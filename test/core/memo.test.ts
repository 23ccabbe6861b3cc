import { expect, test } from 'vitest';
import { memoized } from '#core/memo.ts';

function counted() {
  let count = 0;
  const lengthOf = memoized((key) => {
    count += 1;
    return key.length;
  });
  return { lengthOf, asked: () => count };
}

test('an answer is worked out once', () => {
  const { lengthOf, asked } = counted();
  expect(['abc', 'abc', '', ''].map(lengthOf)).toEqual([3, 3, 0, 0]);
  expect(asked()).toBe(2);
});

test('a key longer than any real one is not kept', () => {
  const { lengthOf, asked } = counted();
  const key = 'x'.repeat(1000);
  expect([lengthOf(key), lengthOf(key)]).toEqual([1000, 1000]);
  expect(asked()).toBe(2);
});

test('what is kept does not grow with the number of keys', () => {
  const { lengthOf, asked } = counted();
  lengthOf('first');
  for (let number = 0; number < 10_000; number += 1) lengthOf(`k${number}`);
  expect(lengthOf('first')).toBe(5);
  expect(asked()).toBe(10_002);
});
