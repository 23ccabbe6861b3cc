import { describe, expect, test } from 'vitest';
import { FAILURES, Failure } from '#core/failure.ts';

describe('a failure', () => {
  test('tells its description before its name, and details only where there are some', () => {
    expect(JSON.stringify(new Failure('AVQFR_SHIFT_IS_CLOSED').toData())).toBe(
      '{"description":"смена закрыта (команда возможна только при открытой смене)","name":"AVQFR_SHIFT_IS_CLOSED"}',
    );
  });

  test('keeps the words of whoever told it, and the code that we know for the name', () => {
    const data = { description: 'x', name: 'AVQFR_SHIFT_IS_OPENED', extra: 1 };
    const failure = Failure.told({ name: data.name, description: data.description, data });
    expect(failure.toData()).toBe(data);
    expect(failure.code).toBe(50);
    expect(failure.foreign).toBe(true);
  });

  test('takes the code of a plain refusal for a name that nobody knows', () => {
    expect(Failure.told({ name: 'constructor', description: '', data: null }).code).toBe(1105);
  });

  test('hides what was caught behind an internal error', () => {
    const failure = Failure.from(new Error('password=1'));
    expect(failure.name).toBe('BUS_INTERNAL_ERROR');
    expect(JSON.stringify(failure.toData())).not.toContain('password');
    expect(failure.cause).toBeInstanceOf(Error);
  });
});

test('every failure has a code of its own', () => {
  const codes = Object.values(FAILURES).map(({ code }) => code);
  expect(new Set(codes).size).toBe(codes.length);
});
