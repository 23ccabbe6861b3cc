import { describe, expect, test } from 'vitest';
import type { Failure } from '#core/failure.ts';
import { toImportResult } from '#vendors/iiko/import-result.ts';
import { complain, createScriptedHttp } from './support.ts';

const DOCUMENT = {
  id: '1a94e9e8-56cf-3a14-015b-ce1629e5006b',
  session: { sessionId: 'f67fea0a-90d4-427c-ac3d-b82c1582f7f9', groupId: null, number: 1 },
  items: [],
};

const http = createScriptedHttp(() => new Promise(() => {}));

const read = (body: unknown) =>
  toImportResult({ status: 200, headers: {}, text: JSON.stringify(body) }, http, complain);

function refusalOf(errors: unknown): Failure {
  try {
    read({ importResult: 'ERROR', status: null, errors, document: {} });
  } catch (failure) {
    return failure as Failure;
  }
  throw new Error('not refused');
}

describe('toImportResult()', () => {
  test('SUCCESS is an answer, with what else the server says', () => {
    const body = { importResult: 'SUCCESS', status: 'ACCEPTED', errors: null, document: DOCUMENT };
    expect(read({ ...body, revisionTo: 5 })).toMatchObject({
      import_result: 'SUCCESS',
      status: 'ACCEPTED',
      errors: null,
      document: { id: DOCUMENT.id, account_shortage_id: null, items: [] },
      revision_to: 5,
    });
  });

  test('ERROR is a refusal with both lists, whatever the status says', () => {
    const failure = refusalOf({
      documentError: [{ value: 'counteragentShortage', code: 'EMPTY_FIELD' }],
      itemError: [
        { identifier: 0, error: [{ value: 'b', code: 'INVENTORY_ASSETS_TYPE_NOT_ALLOWED' }] },
        { identifier: 'e08a16b6', error: [{ value: null, code: 'A_NEW_CODE' }] },
      ],
    });

    expect(failure.name).toBe('VENDOR_REJECTED');
    expect(failure.details).toEqual({
      vendor: 'iiko',
      account: 'moscow',
      status: 200,
      code: 'EMPTY_FIELD',
      message:
        'counteragentShortage: поле не заполнено (EMPTY_FIELD); ' +
        'строка 0: b: счета категории "складские запасы" не допускаются (INVENTORY_ASSETS_TYPE_NOT_ALLOWED); ' +
        'строка e08a16b6: A_NEW_CODE',
      errors: {
        document_error: [{ value: 'counteragentShortage', code: 'EMPTY_FIELD' }],
        item_error: [
          { identifier: 0, error: [{ value: 'b', code: 'INVENTORY_ASSETS_TYPE_NOT_ALLOWED' }] },
          { identifier: 'e08a16b6', error: [{ value: null, code: 'A_NEW_CODE' }] },
        ],
      },
    });
  });

  test('the first code of an item is the code where the document has none', () => {
    const errors = {
      itemError: { identifier: 1, error: { value: -5, code: 'ONLY_POSITIVE_VALUES_ALLOWED' } },
    };
    expect(refusalOf(errors).details).toMatchObject({
      code: 'ONLY_POSITIVE_VALUES_ALLOWED',
      errors: { document_error: [], item_error: [{ identifier: 1, error: [{ value: '-5' }] }] },
    });
  });

  test.each([[null], [{}], ['why'], [{ documentError: null, itemError: [] }]])(
    'a refusal without a reason (%j) is a refusal',
    (errors) => {
      expect(refusalOf(errors).details).toMatchObject({ code: 'ERROR', message: 'документ не принят' });
    },
  );

  test('a refusal whose errors are not what is documented is a refusal', () => {
    const failure = refusalOf({ documentError: ['EMPTY_FIELD', null], itemError: ['x'] });
    expect(failure.details).toMatchObject({ code: 'EMPTY_FIELD' });
  });

  test.each([
    ['nothing about it', { result: 'SUCCESS', document: DOCUMENT }],
    ['another word', { importResult: 'WARNING', document: DOCUMENT }],
    ['success without the document', { importResult: 'SUCCESS' }],
    ['no object', []],
  ])('an answer with %s says nothing', (_what, body) => {
    expect(() => read(body)).toThrow('VENDOR_BAD_RESPONSE');
  });
});
