import { readdirSync, readFileSync } from 'node:fs';
import { Type } from 'typebox';
import { describe, expect, test } from 'vitest';
import { checkedData, deviations } from '#actions/validation.ts';
import { Failure } from '#core/failure.ts';

const CLOSED = { additionalProperties: false };
const Nullable = (schema: Type.TSchema) => Type.Union([schema, Type.Null()]);

const Request = Type.Object(
  {
    day: Type.Optional(Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })),
    name: Type.Optional(Type.String({ pattern: '\\S' })),
    odd: Type.Optional(Type.String({ pattern: '^a+$' })),
    code: Type.Optional(Type.String({ minLength: 2 })),
    count: Type.Optional(Type.Integer({ minimum: 1, maximum: 3 })),
    kind: Type.Optional(Type.Enum(['one', 'other'])),
    list: Type.Optional(Type.Array(Type.Integer(), { minItems: 1, uniqueItems: true })),
    rid: Type.Optional(Nullable(Type.Integer({ minimum: 1 }))),
    deep: Type.Optional(Nullable(Type.Object({ rid: Nullable(Type.Integer()) }, CLOSED))),
    either: Type.Optional(Type.Union([Type.String(), Type.Integer()])),
  },
  CLOSED,
);

function errorsOf(data: object): unknown {
  try {
    return checkedData(Request, data);
  } catch (error) {
    return error instanceof Failure && error.details && 'errors' in error.details && error.details.errors;
  }
}

describe('what is wrong with data', () => {
  test.each([
    [{ day: 'today' }, '/day', 'нужно в таком виде: 2026-01-31'],
    [{ name: ' ' }, '/name', 'нужен текст, не из одних пробелов'],
    [{ odd: 'b' }, '/odd', 'не подходит под образец ^a+$'],
    [{ code: '1' }, '/code', 'нужно знаков не меньше 2'],
    [{ count: 4 }, '/count', 'нужно не больше 3'],
    [{ count: 0 }, '/count', 'нужно не меньше 1'],
    [{ kind: 'none' }, '/kind', 'одно из: one, other'],
    [{ list: [] }, '/list', 'нужно элементов не меньше 1'],
    [{ list: [1, 1] }, '/list', 'элементы 1 и 0 одинаковы'],
    [{ more: 1 }, '/more', 'такого поля нет'],
    [{ either: true }, '/either', 'не подходит ни один из допустимых видов'],
  ])('is told in Russian: %j', (data, path, message) => {
    expect(errorsOf(data)).toEqual([{ path, message }]);
  });

  test.each([
    [{ rid: 'x' }, '/rid', 'нужен тип integer'],
    [{ rid: 0 }, '/rid', 'нужно не меньше 1'],
    [{ deep: { rid: 'x' } }, '/deep/rid', 'нужен тип integer'],
    [{ deep: {} }, '/deep/rid', 'обязательное поле'],
  ])('is told once where null would do as well: %j', (data, path, message) => {
    expect(errorsOf(data)).toEqual([{ path, message }]);
  });

  test('is not told of what is null, nor of a reply that keeps its schema', () => {
    expect(errorsOf({ rid: null, deep: null })).toEqual({ rid: null, deep: null });
    expect(deviations(Request, { rid: null })).toEqual([]);
  });

  test('is told of two fields one by one', () => {
    expect(errorsOf({ rid: 'x', deep: 1 })).toEqual([
      { path: '/rid', message: 'нужен тип integer' },
      { path: '/deep', message: 'нужен тип object' },
    ]);
  });

  test('is told of the first twenty mistakes, and how many more there are', () => {
    const errors = errorsOf({ list: Array.from({ length: 120_000 }, (_, index) => `x${index}`) });
    expect(errors).toHaveLength(21);
    expect(errors).toMatchObject({
      0: { path: '/list/0', message: 'нужен тип integer' },
      19: { path: '/list/19' },
      20: { path: '', message: 'и ещё ошибок: 119980' },
    });
  });
});

/** Those that say what may stand there; the others describe it. */
const SILENT = new Set([
  'properties',
  'items',
  'description',
  'title',
  'default',
  'examples',
  '$schema',
  '$id',
]);
const KNOWN = new Set(
  'type pattern additionalProperties required anyOf enum minimum maximum minLength minItems maxItems uniqueItems'.split(
    ' ',
  ),
);

test('the schemas of requests use no keyword that nobody has put into Russian', () => {
  const used = new Set<string>();
  const visit = (schema: unknown): void => {
    if (typeof schema !== 'object' || schema === null) return;
    for (const [keyword, value] of Object.entries(schema)) {
      if (!SILENT.has(keyword)) used.add(keyword);
      if (keyword === 'properties') Object.values(value as object).forEach(visit);
      if (keyword === 'items') visit(value);
      if (keyword === 'anyOf') (value as unknown[]).forEach(visit);
    }
  };
  const names = readdirSync('schemas').filter((name) => name.endsWith('.request.json'));
  for (const name of names) visit(JSON.parse(readFileSync(`schemas/${name}`, 'utf8')));
  expect(names.length).toBeGreaterThan(30);
  expect([...used].filter((keyword) => !KNOWN.has(keyword))).toEqual([]);
});
