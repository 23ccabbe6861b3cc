import { describe, expect, test } from 'vitest';
import { Faults } from '#sandbox/faults.ts';

function faultsOf(...added: object[]): Faults {
  const faults = new Faults();
  for (const fault of added) {
    const outcome = faults.add(fault);
    if ('complaints' in outcome) throw new Error(outcome.complaints.join('; '));
  }
  return faults;
}

const take = (faults: Faults, method: string, path: string, text = '') =>
  faults.take({ method, path, text })?.fault;

const hits = (faults: Faults, ...paths: string[]) => paths.map((path) => take(faults, 'GET', path));

describe('Faults', () => {
  test('hits once unless told otherwise', () => {
    const faults = faultsOf({ fault: 'reset' });
    expect(hits(faults, '/a', '/a')).toEqual(['reset', undefined]);
    expect(faults.list()).toEqual([]);
  });

  test('hits until it is cleared with times 0', () => {
    const faults = faultsOf({ fault: 'reset', times: 0 });
    expect(hits(faults, '/a', '/a', '/a')).toEqual(['reset', 'reset', 'reset']);
    expect(faults.list()).toMatchObject([{ id: 1, fault: 'reset', left: null }]);
    faults.clear();
    expect(hits(faults, '/a')).toEqual([undefined]);
  });

  test('lets as many fitting requests pass as it skips', () => {
    const faults = faultsOf({ path: '/a', fault: 'reset', skip: 2 });
    expect(hits(faults, '/a', '/b', '/b', '/b', '/a', '/a', '/a')).toEqual([
      ...Array(5).fill(undefined),
      'reset',
      undefined,
    ]);
  });

  test('leaves a skipped request to the next fault', () => {
    const faults = faultsOf({ fault: 'reset', skip: 1 }, { fault: 'hang', times: 2 });
    expect(hits(faults, '/a', '/a', '/a')).toEqual(['hang', 'reset', 'hang']);
  });

  test('fits a path exactly, or by its beginning', () => {
    const faults = faultsOf(
      { path: '/shifts', fault: 'reset' },
      { path: '/shifts/*', fault: 'hang', times: 2 },
    );
    expect(hits(faults, '/shifts/1', '/shifts', '/shifts/2/x', '/shiftsx')).toEqual([
      'hang',
      'reset',
      'hang',
      undefined,
    ]);
  });

  test('fits a method', () => {
    const faults = faultsOf({ method: 'POST', fault: 'reset' });
    expect(take(faults, 'GET', '/a')).toBeUndefined();
    expect(take(faults, 'POST', '/a')).toBe('reset');
  });

  test('fits what is asked, where every request has the same path', () => {
    const faults = faultsOf({ path: '/tsrv', asks: '"open_shift"', fault: 'reset' });
    expect(take(faults, 'POST', '/tsrv', '{"action":"get_x_report"}')).toBeUndefined();
    expect(take(faults, 'POST', '/tsrv', '{"action":"open_shift"}')).toBe('reset');
  });

  test.each([
    ['an unknown key', { fault: 'reset', time: 1 }, /additional properties: time/],
    ['an unknown fault', { fault: 'explode' }, /\/fault .*: reset, hang/],
    ['a negative count', { fault: 'reset', times: -1 }, /\/times must be >= 0/],
    ['a path without a slash', { fault: 'reset', path: 'shifts' }, /\/path/],
    ['a fault that does nothing', { path: '/a', times: 3 }, /does nothing/],
    ['a fault with an answer', { fault: 'reset', status: 500 }, /no answer of its own/],
    ['two bodies', { body: {}, text: '' }, /exclude each other/],
    ['a fault with headers', { fault: 'reset', headers: { a: 'b' } }, /no answer of its own/],
    ['other texts in an answer of its own', { status: 500, replace: { a: 'b' } }, /simulator's own/],
    ['what is no object', null, /object/],
  ])('complains about %s', (_what, fault, complaint) => {
    const outcome = new Faults().add(fault);
    expect('complaints' in outcome ? outcome.complaints.join('; ') : outcome).toMatch(complaint);
  });
});
