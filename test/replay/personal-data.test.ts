import { describe, expect, test } from 'vitest';
import { JsonNumber } from '#core/json.ts';
import { personsIn, withoutPersons } from '#replay/personal-data.ts';

const TOLD = {
  phone: 77051234567,
  cardNumber: new JsonNumber('4400123412341234'),
  mail: 'ivan@example.com',
  salesCard: 51690,
  card: '15',
};

describe('people in a recording', () => {
  test('are masked in answers, also where they are numbers', () => {
    expect(withoutPersons(TOLD)).toEqual({
      ...TOLD,
      phone: '*******4567',
      cardNumber: '************1234',
      mail: '************.com',
    });
  });

  test('are found in requests, also where they are numbers', () => {
    expect(personsIn(TOLD)).toEqual(['77051234567', '4400123412341234', 'ivan@example.com']);
  });

  test.each(['a', 'a@', '%41'])('are looked for once in 100 KB of "%s"', (piece) => {
    const text = piece.repeat(100_000 / piece.length);
    expect(personsIn({ text })).toEqual([]);
    expect(withoutPersons({ text })).toEqual({ text });
  });
});
