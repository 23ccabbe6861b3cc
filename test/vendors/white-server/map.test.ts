import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkedData } from '#actions/validation.ts';
import { parseJson } from '#core/json.ts';
import { BillOfBalance } from '#vendors/white-server/bill-of-balance.ts';
import { toAgents, toBillOfBalance } from '#vendors/white-server/map.ts';

const complain = (code: string, message: string) => new Error(`${code}: ${message}`) as never;
const toReport = (answer: unknown, showPersonalData = false) =>
  toBillOfBalance(answer, showPersonalData, complain);
const toLine = (line: unknown) => toReport({ lines: [line] }).lines[0];

const NOTHING = {
  rid: null,
  good_name: null,
  attribute_text: null,
  attribute_number: null,
  m_units_rid: null,
  m_units_name: null,
  quantity: null,
  sum_without_tax: null,
  sum_nds: null,
  sum_nsp: null,
  min_reserve: null,
  max_reserve: null,
  group_id: null,
};

describe('toBillOfBalance', () => {
  test('says in our words what the document says in its own', () => {
    const report = toReport(
      parseJson(`{"groups":[{"name":"Бар","id":10}],
        "lines":[{"rid":501,"goodName":" Молоко 3,2% ","attributeText":"","attributeNumber":"0","mUnitsRid":2,"mUnitsName":"л",
          "quantity":12.5,"sumWithoutTax":937.5,"sumNds":93.75,"sumNsp":0,"minReserve":5,"maxReserve":40,"groupId":10}]}`),
    );
    expect(report).toEqual({
      groups: [{ name: 'Бар', id: 10 }],
      lines: [
        {
          rid: 501,
          good_name: 'Молоко 3,2%',
          attribute_text: '',
          attribute_number: '0',
          m_units_rid: 2,
          m_units_name: 'л',
          quantity: '12.5',
          sum_without_tax: '937.50',
          sum_nds: '93.75',
          sum_nsp: '0.00',
          min_reserve: '5',
          max_reserve: '40',
          group_id: 10,
        },
      ],
    });
    expect(checkedData(BillOfBalance, report)).toBe(report);
  });

  test('takes numbers in quotes', () => {
    expect(
      toLine({
        rid: '501',
        mUnitsRid: ' 2',
        groupId: '10',
        quantity: '-1.250',
        sumNds: '6.5',
        minReserve: '0',
      }),
    ).toEqual({
      ...NOTHING,
      rid: 501,
      m_units_rid: 2,
      group_id: 10,
      quantity: '-1.25',
      sum_nds: '6.50',
      min_reserve: '0',
    });
  });

  test('takes texts that came as numbers', () => {
    expect(toLine({ goodName: 7, attributeNumber: 12 })).toMatchObject({
      good_name: '7',
      attribute_number: '12',
    });
  });

  test.each([{}, { minReserve: null, maxReserve: null, groupId: null }, { quantity: '', sumNsp: '' }])(
    'makes null, never 0, of what %j does not tell',
    (line) => {
      expect(toLine(line)).toEqual(NOTHING);
    },
  );

  test('keeps keys that nobody documents, but no secret', () => {
    expect(toLine({ mUnitsCode: 166, TOKEN: 'x' })).toEqual({ ...NOTHING, m_units_code: 166 });
  });

  test('loses no digit of a quantity or a sum', () => {
    const digits = fc.stringMatching(/^-?[1-9]\d{0,14}\.\d{0,9}[1-9]$/);
    fc.assert(
      fc.property(digits, digits, (quantity, sum) => {
        const line = toReport(parseJson(`{"lines":[{"quantity":${quantity},"sumWithoutTax":${sum}}]}`))
          .lines[0];
        expect(line?.quantity).toBe(quantity);
        expect(line?.sum_without_tax).toBe(sum.replace(/\.(\d)$/, '.$10'));
      }),
    );
  });

  test.each([{}, { lines: [], groups: [] }, { lines: null, groups: null }])(
    'takes %j for an empty stock',
    (answer) => {
      expect(toReport(answer)).toEqual({ groups: [], lines: [] });
    },
  );

  test.each([
    [[], 'taskResponse'],
    ['done', 'taskResponse'],
    [{ lines: {} }, 'lines'],
    [{ lines: [null] }, 'lines'],
    [{ groups: 'Бар' }, 'groups'],
    [{ lines: [{ quantity: 'много' }] }, 'quantity'],
    [{ lines: [{ sumNds: {} }] }, 'sum_nds'],
    [{ lines: [{ minReserve: [] }] }, 'min_reserve'],
  ])('does not take %j for a report', (answer, field) => {
    expect(() => toReport(answer)).toThrow(new RegExp(`wrong_type: поле ${field}`));
  });

  test('masks an e-mail in a name unless the client may see it', () => {
    const answer = { lines: [{ goodName: 'Сыр, ivan@example.com' }] };
    expect(toReport(answer).lines[0]?.good_name).toBe('Сыр, ************.com');
    expect(toReport(answer, true).lines[0]?.good_name).toBe('Сыр, ivan@example.com');
  });
});

describe('toAgents', () => {
  const toAgent = (agent: object, showPersonalData = true) =>
    toAgents({ agents: [agent] }, showPersonalData, complain)[0];

  test('reads an agent, with its activity in quotes', () => {
    expect(
      toAgent({
        objectId: 199990001,
        version: '2.11.3.0',
        isOnline: 'true',
        licenseExpirationDate: '2026-12-31T15:00:00+03:00',
        rkVersion: '7.24.9.0',
      }),
    ).toEqual({
      object_id: 199990001,
      version: '2.11.3.0',
      is_online: true,
      license_expiration_date: '2026-12-31T15:00:00+03:00',
      rk_version: '7.24.9.0',
    });
  });

  test.each([
    [true, true],
    ['True', true],
    ['false', false],
    [false, false],
    [undefined, null],
    [null, null],
    [1, null],
    ['yes', null],
  ])('takes isOnline %j for %j', (isOnline, told) => {
    expect(toAgent({ objectId: '5', isOnline })).toMatchObject({ object_id: 5, is_online: told });
  });

  test('leaves a date that is none as it came, like the sample of the documentation', () => {
    const licenseExpirationDate = '2019-28-T15:00:00+03:00';
    expect(toAgent({ licenseExpirationDate })).toMatchObject({
      license_expiration_date: licenseExpirationDate,
    });
    expect(toAgent({})).toMatchObject({ license_expiration_date: null, rk_version: null, version: null });
  });

  test('masks what tells of people unless the client may see it', () => {
    const agent = {
      objectId: 1,
      contactPhone: '+79991234567',
      comment: 'ivan@example.com +7 (999) 123-45-67',
    };
    expect(toAgent(agent, false)).toMatchObject({
      contact_phone: '********4567',
      comment: '************.com **************5-67',
    });
    expect(toAgent(agent)).toMatchObject({ contact_phone: '+79991234567', comment: agent.comment });
  });

  test('takes no list for an empty one, and no answer for a broken one', () => {
    expect(toAgents({}, true, complain)).toEqual([]);
    expect(() => toAgents(undefined, true, complain)).toThrow('missing_field');
    expect(() => toAgents({ agents: { objectId: 1 } }, true, complain)).toThrow('wrong_type');
  });
});
