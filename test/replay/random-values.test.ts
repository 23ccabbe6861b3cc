import { describe, expect, test } from 'vitest';
import { withoutRandomValues } from '#replay/random-values.ts';

const TOLD = '5f0c1b1e-6a52-4d0e-9a57-0d6f2f1a7c11';
const NEW = '27f3b6b8-0b2c-4a0f-8a3e-2a4d8f5f9b10';

function matched(value: unknown): unknown {
  const fixture = withoutRandomValues({
    name: 'x',
    config: { id: TOLD },
    exchanges: [{ vendor: 'a', request: { method: 'POST', path: '/a', body: { value } }, response: {} }],
    messages: [{ send: {}, expect: { value } }],
  });
  const [exchange] = fixture.exchanges ?? [];
  const [step] = fixture.messages;
  expect(step?.expect).toEqual(exchange?.request.body);
  return ((exchange?.request.body ?? {}) as { value?: unknown }).value;
}

describe('withoutRandomValues()', () => {
  test.each([
    ['a text', 'a text'],
    [TOLD, TOLD],
    [TOLD.toUpperCase(), TOLD.toUpperCase()],
    [NEW, { $uuid: true }],
    [[{ id: NEW }], [{ id: { $uuid: true } }]],
    ['X #0123456789ab', { $regex: '^X #[0-9a-f]{12}$' }],
    [
      `(${NEW}) of ${TOLD}`,
      { $regex: `^\\([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\\) of ${TOLD}$` },
    ],
    ['#0123456789abcdef', '#0123456789abcdef'],
  ])('makes %j %j', (value, expected) => {
    expect(matched(value)).toEqual(expected);
  });

  test('takes out of answers a tag that the replay will not send', () => {
    const name = 'Сверка #0123456789ab';
    const { exchanges } = withoutRandomValues({
      name: 'x',
      exchanges: [
        {
          vendor: 'a',
          request: { method: 'POST', path: '/a', body: { Name: name } },
          response: { body: { Name: name, rows: ['b #0123456789ab', 'c #ba9876543210'] } },
        },
      ],
      messages: [],
    });
    expect(exchanges?.[0]).toMatchObject({
      request: { body: { Name: { $regex: '^Сверка #[0-9a-f]{12}$' } } },
      response: { body: { Name: 'Сверка', rows: ['b', 'c #ba9876543210'] } },
    });
  });
});
