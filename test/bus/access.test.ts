import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compileFullMatch,
  compileRules,
  isListeningRefused,
  isReserved,
  isSendRefused,
  permits,
  permitsListening,
  type Rule,
  rulesShowAllJobs,
  rulesShowPersonalData,
} from '#bus/access.ts';

const isService = (address: string) => address === 'shop.reports';

function allows(rule: Rule, touch: Partial<Parameters<typeof permits>[1]>): boolean {
  return permits(compileRules([rule]), { address: 'a', body: null, ...touch }, isService);
}

describe('a rule', () => {
  test('without keys fits everything', () => {
    fc.assert(
      fc.property(fc.string(), fc.json(), (address, body) => allows({}, { address, body: JSON.parse(body) })),
    );
  });

  test.each<[string, Rule, string, boolean]>([
    ['the same address', { address: 'news' }, 'news', true],
    ['another address', { address: 'news' }, 'news.uk', false],
    ['an address that fits the expression', { addressRegex: 'news\\..+' }, 'news.uk', true],
    ['an address that fits in part', { addressRegex: 'news' }, 'news.uk', false],
    ['an address that fits one way of several', { addressRegex: 'a|b' }, 'b', true],
    ['an address that begins with one way of several', { addressRegex: 'a|b' }, 'bc', false],
    ['the address, whatever the expression', { address: 'a', addressRegex: 'b' }, 'a', true],
    ['the expression beside an address', { address: 'a', addressRegex: 'b' }, 'b', false],
    ['a line break after the address', { addressRegex: 'a' }, 'a\n', false],
  ])('looks at the address: %s', (_case, rule, address, expected) => {
    expect(allows(rule, { address })).toBe(expected);
  });

  test.each<[string, unknown, boolean]>([
    ['the same fields', { kind: 'x', of: { id: 1, list: [1, { a: 2 }] } }, true],
    ['more fields at any depth', { kind: 'x', of: { id: 1, list: [1, { a: 2 }], b: 3 }, c: 4 }, true],
    ['another value', { kind: 'y', of: { id: 1, list: [1, { a: 2 }] } }, false],
    ['a missing field', { of: { id: 1, list: [1, { a: 2 }] } }, false],
    ['a missing field below', { kind: 'x', of: { list: [1, { a: 2 }] } }, false],
    ['a longer list', { kind: 'x', of: { id: 1, list: [1, { a: 2 }, 3] } }, false],
    ['more fields inside a list', { kind: 'x', of: { id: 1, list: [1, { a: 2, b: 3 }] } }, false],
    ['a value where an object is wanted', { kind: 'x', of: 1 }, false],
    ['no body', null, false],
    ['text', 'x', false],
    ['a list', [{ kind: 'x' }], false],
  ])('looks at the body: %s', (_case, body, expected) => {
    const match = { kind: 'x', of: { id: 1, list: [1, { a: 2 }] } };
    expect(allows({ match }, { body })).toBe(expected);
  });

  test('fits any body that has more than it asks for', () => {
    const record = fc.dictionary(fc.string(), fc.jsonValue());
    fc.assert(
      fc.property(record, record, (match, more) => {
        expect(allows({ match }, { body: { ...more, ...match } })).toBe(true);
      }),
    );
  });

  test('fits no body from which something it asks for was taken', () => {
    const record = fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 });
    fc.assert(
      fc.property(record, fc.nat(), (match, choice) => {
        const keys = Object.keys(match);
        const { [keys[choice % keys.length] ?? '']: _, ...body } = match;
        expect(allows({ match }, { body })).toBe(false);
      }),
    );
  });

  test('does not take what every object has for a field of the body', () => {
    expect(allows({ match: { constructor: {} } }, { body: {} })).toBe(false);
  });

  test.each(['actions', 'tokens', 'accounts'] as const)('with %s fits what it lists', (key) => {
    const field = key.slice(0, -1);
    expect(allows({ [key]: ['x', 'y'] }, { [field]: 'y' })).toBe(true);
    expect(allows({ [key]: ['x', 'y'] }, { [field]: 'z' })).toBe(false);
  });

  test.each(['actions', 'tokens', 'accounts'])('with %s does not fit a message without', (key) => {
    expect(allows({ [key]: ['x'] }, {})).toBe(false);
    expect(allows({ [key]: [] }, {})).toBe(false);
  });

  test('fits only when all of it does', () => {
    const rule = { address: 'a', actions: ['open'], tokens: ['T'] };
    expect(allows(rule, { address: 'a', action: 'open', token: 'T' })).toBe(true);
    expect(allows(rule, { address: 'b', action: 'open', token: 'T' })).toBe(false);
    expect(allows(rule, { address: 'a', action: 'close', token: 'T' })).toBe(false);
    expect(allows(rule, { address: 'a', action: 'open', token: 'U' })).toBe(false);
  });
});

describe('rules', () => {
  const touch = { address: 'a', body: null };

  test('permit what any of them fits', () => {
    const rules = compileRules([{ address: 'b' }, { address: 'a' }]);
    expect(permits(rules, touch, isService)).toBe(true);
  });

  test('permit nothing when there are none', () => {
    expect(permits([], touch, isService)).toBe(false);
    expect(permitsListening([], 'a')).toBe(false);
  });

  test('are not needed for services where nobody configured any', () => {
    expect(permits('services', { address: 'shop.reports', body: null }, isService)).toBe(true);
    expect(permits('services', touch, isService)).toBe(false);
  });

  test('are asked for the address alone when somebody wants to listen', () => {
    const rules = compileRules([{ address: 'a', match: { x: 1 } }]);
    expect(permitsListening(rules, 'a')).toBe(true);
    expect(permitsListening(rules, 'b')).toBe(false);
  });

  test('show personal data and the jobs of others only where they say so and fit', () => {
    const rules = compileRules([{ address: 'a' }, { address: 'b', personalData: true, jobs: 'all' }]);
    expect(rulesShowPersonalData(rules, touch)).toBe(false);
    expect(rulesShowPersonalData(rules, { ...touch, address: 'b' })).toBe(true);
    expect(rulesShowPersonalData('services', touch)).toBe(false);
    expect(rulesShowAllJobs(rules, touch)).toBe(false);
    expect(rulesShowAllJobs(rules, { ...touch, address: 'b' })).toBe(true);
    expect(rulesShowAllJobs('services', touch)).toBe(false);
  });
});

describe('compileFullMatch()', () => {
  const escaped = fc.string({ minLength: 1 }).map((text) => ({ text, expression: RegExp.escape(text) }));

  test('fits the whole text and nothing around it', () => {
    fc.assert(
      fc.property(escaped, fc.string({ minLength: 1 }), ({ text, expression }, more) => {
        const pattern = compileFullMatch(expression);
        expect(pattern.test(text)).toBe(true);
        expect(pattern.test(text + more)).toBe(false);
        expect(pattern.test(more + text)).toBe(false);
      }),
    );
  });

  test('fits each of several ways as a whole', () => {
    fc.assert(
      fc.property(escaped, escaped, (one, other) => {
        const pattern = compileFullMatch(`${one.expression}|${other.expression}`);
        expect(pattern.test(one.text) && pattern.test(other.text)).toBe(true);
        expect(pattern.test(`${one.text}${other.text}x`)).toBe(false);
      }),
    );
  });

  test.each(['(', 'a)|(b', '[z-a]', '*'])('throws for %s', (expression) => {
    expect(() => compileFullMatch(expression)).toThrow(SyntaxError);
  });
});

test.each([
  ['shop.reports', true, false, true],
  ['bus.unheard_of', true, false, true],
  ['ik.service.token.shift', true, false, true],
  ['ik.service.unheard.of', true, false, true],
  ['jobs.1', true, true, false],
  ['__vertx.reply.1', true, true, true],
  ['news', false, false, false],
  ['jobs', false, false, false],
  ['ik.services', false, false, false],
  ['bus', false, false, false],
  ['echo', false, false, false],
])('%s: reserved %s, sending refused %s, listening refused %s', (address, reserved, sending, listening) => {
  expect(isReserved(address, isService)).toBe(reserved);
  expect(isSendRefused(address)).toBe(sending);
  expect(isListeningRefused(address, isService)).toBe(listening);
});

describe('a message that names its registers in its body', () => {
  const touch = { address: 'a', body: null, action: 'get_x_reports', namesRegisters: true };

  test('is let through whatever the tokens and accounts of a rule, but not whatever else it says', () => {
    expect(allows({ tokens: ['KZ1'] }, touch)).toBe(true);
    expect(allows({ tokens: ['KZ1'], actions: ['get_x_reports'] }, touch)).toBe(true);
    expect(allows({ tokens: ['KZ1'], actions: ['get_x_report'] }, touch)).toBe(false);
    expect(allows({ tokens: ['KZ1'], accounts: ['almaty'] }, touch)).toBe(true);
    expect(allows({ accounts: ['almaty'], actions: ['get_x_report'] }, touch)).toBe(false);
    expect(allows({ tokens: ['KZ1'], address: 'b' }, touch)).toBe(false);
  });

  test('shows people only where a rule for any register says so', () => {
    const shows = (rule: Rule) => rulesShowPersonalData(compileRules([rule]), touch);
    expect(shows({ personalData: true, tokens: ['KZ1'] })).toBe(false);
    expect(shows({ personalData: true })).toBe(true);
  });
});
