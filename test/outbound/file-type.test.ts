import { describe, expect, test } from 'vitest';
import { fileTypeOf, HEAD_BYTES } from '#outbound/file-type.ts';

const typeOf = (text: string, contentType = 'text/plain; charset=utf-8') =>
  fileTypeOf(Buffer.from(text).subarray(0, HEAD_BYTES), contentType)?.extension;

describe('plain text', () => {
  test.each([
    ['Касса;Сумма\r\n1;100\r\n'],
    ['Касса,Сумма\n1,100'],
    ['Касса\tСумма\n1\t100\n'],
    ['Отчёт по сменам, ноябрь\n\nКасса;Сумма;Чеков\n1;100;\n'],
    ['Касса,Адрес\n1,"Москва, ул. Мира, 1"\n'],
    [`${'Столбец;'.repeat(60)}\n${'1;'.repeat(60)}`],
    [`Отчёт по сменам\n${'Столбец;'.repeat(60)}`],
  ])('is a table where its lines have the same columns: %j', (text) => {
    expect(typeOf(text)).toBe('csv');
    expect(typeOf(text, 'application/octet-stream')).toBe('csv');
    expect(typeOf(text, '')).toBe('csv');
  });

  test.each([
    ['Отчёт формируется; повторите запрос позже'],
    ['Отчёт формируется;\nповторите запрос позже, пожалуйста'],
    ['Отчёт не готов, подождите\nЗатем, через минуту, повторите запрос'],
    ['Касса;Сумма'],
    ['one column'],
    ['слово, '.repeat(100)],
    [''],
  ])('is no file where it may be words: %j', (text) => {
    expect(typeOf(text)).toBeUndefined();
    expect(typeOf(text, 'application/octet-stream')).toBeUndefined();
  });

  test('is a table where the headers say so', () => {
    for (const contentType of ['Text/CSV', 'application/vnd.ms-excel']) {
      expect(typeOf('one column', contentType)).toBe('csv');
    }
    expect(typeOf('a;b\n1;2', 'application/json')).toBeUndefined();
  });
});
