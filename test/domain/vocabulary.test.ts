import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JsonNumber, parseJson } from '#core/json.ts';
import { snakeCase } from '#core/snake-case.ts';
import {
  camelCase,
  PLAIN,
  toOurs,
  toTheirs,
  type Vocabulary,
  type VocabularyReading,
} from '#domain/vocabulary.ts';

const VOCABULARY: Vocabulary = {
  money: new Set(['sum', 'total_nds_amount']),
  quantities: new Set(['quantity']),
  times: new Set(['date_open', 'operation_day']),
  idKeyed: new Set(['sections']),
};

const reading = (changes: Partial<VocabularyReading> = {}): VocabularyReading => ({
  vocabulary: VOCABULARY,
  zone: 'Asia/Almaty',
  wrong: (key, expected) => new Error(`${key}: ${expected}`),
  ...changes,
});

describe('toOurs()', () => {
  test('keeps the nesting and says everything in our words', () => {
    const theirs = parseJson(`{
      "IdKkm": 77505, " KKM ": null, "CDateUtc": "x", "Name": " Касса 1 ", "TokenCPCR": "secret",
      "TotalNdsAmount": 51690, "Qty": 12345678901234567890, "quantity": 12.50,
      "Sections": { "76634": { "Name": "A", "Sum": 10.7100 }, "aB": { "Sum": "" } },
      "List": [{ "DateOpen": "2020-06-30T10:00:00", "sum": null }, { "DateOpen": "0001-01-01T00:00:00Z" }]
    }`);

    expect(toOurs(theirs, reading())).toEqual({
      id_kkm: 77505,
      kkm: null,
      c_date_utc: 'x',
      name: 'Касса 1',
      total_nds_amount: '51690.00',
      qty: new JsonNumber('12345678901234567890'),
      quantity: '12.5',
      sections: { '76634': { name: 'A', sum: '10.71' }, aB: { sum: null } },
      list: [{ date_open: '2020-06-30T10:00:00+06:00', sum: null }, { date_open: null }],
    });
  });

  test('reads naive times where it is told to, and leaves a date a date', () => {
    const theirs = { DateOpen: '2026-01-31T10:00:00.9', operationDay: '2026-01-31' };

    expect(toOurs(theirs, reading({ naiveZone: 'UTC' }))).toEqual({
      date_open: '2026-01-31T15:00:00+05:00',
      operation_day: '2026-01-31',
    });
  });

  test.each([
    [{ sum: 'much' }, 'sum: число'],
    [{ a: [{ sum: { nested: true }, quantity: false }] }, 'quantity: число'],
    [{ DateOpen: '31.01.2026' }, 'date_open: дата и время'],
    [{ DateOpen: 1769839200000 }, 'date_open: дата и время'],
  ])('refuses %j', (theirs, message) => {
    expect(() => toOurs(theirs, reading())).toThrow(message);
  });

  test('keeps the first of two keys of one name that tells something', () => {
    expect(toOurs({ Kkm: null, KKM: 5, kkm: 6 }, reading())).toEqual({ kkm: 5 });
  });

  test('keeps a name that is special to JavaScript as a plain key', () => {
    const ours = toOurs(parseJson('{"__proto__": {"a": 1}}'), reading());
    expect(Object.keys(ours as object)).toEqual(['__proto__']);
  });

  test('leaves what has no name as it is', () => {
    expect(toOurs([1, ' a ', null, true], reading({ vocabulary: PLAIN }))).toEqual([1, 'a', null, true]);
  });
});

describe('toTheirs()', () => {
  test('says it in camelCase, with exact numbers', () => {
    const ours = {
      session_id: 'x',
      sum: '12345678901234567.80',
      items: [{ quantity: '12.5', total_nds_amount: '100.00', comment: '100.00', num: 0 }],
      sections: { a_b: { open_date: null } },
    };

    expect(JSON.stringify(toTheirs(ours, VOCABULARY))).toBe(
      '{"sessionId":"x","sum":12345678901234567.8,' +
        '"items":[{"quantity":12.5,"totalNdsAmount":100,"comment":"100.00","num":0}],' +
        '"sections":{"a_b":{"openDate":null}}}',
    );
  });

  test('comes back as it went for every camelCase key and every amount', () => {
    const word = fc.stringMatching(/^[a-z]{2,6}$/);
    const name = fc
      .array(word, { minLength: 1, maxLength: 4 })
      .map(([first = '', ...rest]) => [
        first,
        ...rest.map((one) => one.replace(/^./, (c) => c.toUpperCase())),
      ])
      .map((words) => words.join(''));
    fc.assert(
      fc.property(name, fc.bigInt(-(10n ** 25n), 10n ** 25n), (key, kopecks) => {
        expect(camelCase(snakeCase(key))).toBe(key);
        const digits = String(kopecks < 0n ? -kopecks : kopecks).padStart(3, '0');
        const sum = `${kopecks < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
        const sent = parseJson(JSON.stringify(toTheirs({ sum }, VOCABULARY)));
        expect(toOurs(sent, reading())).toEqual({ sum });
      }),
    );
  });
});
