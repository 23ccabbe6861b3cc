import { expect, test } from 'vitest';
import { createKnownSecrets } from '#cli/known-secrets.ts';

test('a secret from before a reload stays known', () => {
  const known = createKnownSecrets();
  known.follow(['old', 'same']);
  expect(new Set(known.follow(['same', 'new']))).toEqual(new Set(['old', 'same', 'new']));
});

test('what is known does not grow with the reloads, the longest retired is forgotten first', () => {
  const known = createKnownSecrets(2);
  for (const secret of ['a', 'b', 'c', 'd']) known.follow([secret]);
  expect(known.follow(['e'])).toEqual(['c', 'd', 'e']);
  expect(known.follow(['c'])).toEqual(['d', 'e', 'c']);
});

test('the whole configuration from before the last reload stays known, however large', () => {
  const known = createKnownSecrets(1);
  known.follow(['a', 'b', 'c']);
  expect(known.follow(['d'])).toEqual(['a', 'b', 'c', 'd']);
  expect(known.follow(['e'])).toEqual(['d', 'e']);
});
