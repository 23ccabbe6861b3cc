import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Failure } from '#core/failure.ts';
import { createAvqDialect, writeLegacyPing } from '#protocol/avq.ts';
import { recipientFailure } from '#protocol/recipient-failure.ts';
import { refusal } from '#protocol/refusal.ts';

const avq = createAvqDialect({ maxDepth: 8 });
const TO = { replyAddress: 'example', camelCase: false };
const NOBODY = { replyAddress: null, camelCase: false };
const CAMEL = { replyAddress: 'example', camelCase: true };

/** The printed examples of "get_x_report", without their indentation. */
const REQUEST =
  '{"type":"send","address":"ik.service.token.shift","reply_address":"example","data":null,"headers":{"action":"get_x_report","token":"AVQ11031010703","tokens.refresh":"true"}}';
const REPORT =
  '{"cashier":null,"close_date":null,"company_name":"ИП Моров А.М.","counters":[],"device_id":131010703,"first_sale_number":0,"last_sale_number":0,"number":159,"open_date":"2021-09-13T22:16:33+03:00","sales_count":0,"tax_number":191832203,"uid":null}';

describe('reading', () => {
  test('the printed request, whatever the order of its headers', () => {
    const frame = {
      kind: 'send',
      address: 'ik.service.token.shift',
      replyAddress: 'example',
      camelCase: false,
      headers: { action: 'get_x_report', token: 'AVQ11031010703', 'tokens.refresh': 'true' },
      body: null,
    };
    expect(avq.read(REQUEST)).toEqual(frame);
    const reordered = JSON.parse(REQUEST);
    reordered.headers = Object.fromEntries(Object.entries(reordered.headers).toReversed());
    expect(avq.read(JSON.stringify(reordered))).toEqual(frame);
  });

  test.each([
    ['no type is a send', { address: 'a' }, { kind: 'send', address: 'a', replyAddress: null, body: null }],
    [
      'nulls are what is absent',
      { type: 'send', address: 'a', reply_address: null, data: null, headers: null },
      { kind: 'send', headers: {}, replyAddress: null, body: null },
    ],
    ['unknown keys are ignored', { address: 'a', more: 1 }, { kind: 'send' }],
    ['a ping needs no address', { type: 'ping', reply_address: 'r' }, { kind: 'ping', replyAddress: 'r' }],
    ['a pong needs none either', { type: 'pong' }, { kind: 'pong' }],
    ['listen registers', { type: 'listen', address: 'a' }, { kind: 'register', address: 'a' }],
    ['unlisten unregisters', { type: 'unlisten', address: 'a' }, { kind: 'unregister', address: 'a' }],
    ['publish', { type: 'publish', address: 'a', data: [1] }, { kind: 'publish', body: [1] }],
  ])('%s', (_name, message, frame) => {
    expect(avq.read(JSON.stringify(message))).toMatchObject(frame);
  });

  test('the error of a consumer, as it came', () => {
    const data = { description: 'нет', name: 'MY_FAILURE', code: 7, more: 1 };
    const frame = avq.read(JSON.stringify({ type: 'error', address: 'r', data }));
    if (frame.kind !== 'fail') throw new Error(frame.kind);
    expect(frame.failure).toMatchObject({
      name: 'MY_FAILURE',
      description: 'нет',
      code: 7,
      origin: 'recipient',
    });
    expect(frame.failure.toData()).toEqual(data);
    expect(avq.read('{"type":"error","address":"r"}')).toMatchObject({
      failure: { name: 'RECIPIENT_FAILURE', description: '', code: 1105 },
    });
  });

  test.each([
    ['nothing', ''],
    ['no JSON', '{"type":'],
    ['an array', '[]'],
    ['a text', '"send"'],
    ['null', 'null'],
    ['a number', '12345678901234567890'],
    ['a type that is no text', '{"type":1,"address":"a"}'],
    ['an address that is no text', '{"address":{}}'],
    ['no address', '{"type":"send"}'],
    ['a null address', '{"type":"listen","address":null}'],
    ['a reply address that is no text', '{"address":"a","reply_address":5}'],
    ['an older reply address that is no text', '{"address":"a","replyAddress":[]}'],
    ['headers that are a list', '{"address":"a","headers":[]}'],
    ['a header that is a number', '{"address":"a","headers":{"timeout":5}}'],
    ['a header that is null', '{"address":"a","headers":{"token":null}}'],
    ['too deep', `{"address":"a","data":${'['.repeat(8)}${']'.repeat(8)}}`],
  ])('%s is malformed', (_name, text) => {
    expect(avq.read(text)).toMatchObject({
      kind: 'invalid',
      refusal: { failure: { name: 'BUS_MALFORMED_MESSAGE' } },
    });
  });

  test('a malformed message still knows who is to be told', () => {
    expect(avq.read('{"reply_address":"r","headers":[]}')).toMatchObject({
      kind: 'invalid',
      replyAddress: 'r',
    });
  });

  test('as deep as is allowed is fine', () => {
    expect(avq.read(`{"address":"a","data":${'['.repeat(7)}${']'.repeat(7)}}`)).toMatchObject({
      kind: 'send',
    });
  });

  test.each(['error_', 'SEND', '', 'toString', '__proto__'])('the type %j is unknown', (type) => {
    expect(avq.read(JSON.stringify({ type, address: 'a' }))).toMatchObject({
      refusal: { reason: 'unknown-type', failure: { name: 'BUS_UNKNOWN_TYPE' } },
    });
  });

  test('never throws, whatever the JSON', () => {
    const key = fc.constantFrom('type', 'address', 'reply_address', 'replyAddress', 'data', 'headers', 'x');
    const value = fc.oneof(fc.constantFrom('send', 'listen', 'error', 'ping', 'publish'), fc.jsonValue());
    fc.assert(
      fc.property(fc.dictionary(key, value), (message) => {
        expect(avq.read(JSON.stringify(message)).kind).toBeTypeOf('string');
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => avq.read(text).kind.length > 0));
  });

  test('loses no digit of a number', () => {
    const frame = avq.read('{"address":"a","data":{"sum":12345678901234567.89}}');
    if (frame.kind !== 'send') throw new Error(frame.kind);
    expect(avq.writeReply(TO, frame.body, {}, null)).toContain('"sum":12345678901234567.89');
  });
});

describe('the older spelling', () => {
  test('is known by replyAddress, and its action is read as ours', () => {
    const text =
      '{"type":"send","address":"a","replyAddress":"r","headers":{"action":"getXReport","token":"t"}}';
    expect(avq.read(text)).toMatchObject({
      replyAddress: 'r',
      camelCase: true,
      headers: { action: 'get_x_report', token: 't' },
    });
  });

  test('gives way where both are present', () => {
    expect(avq.read('{"address":"a","reply_address":"ours","replyAddress":"older"}')).toMatchObject({
      replyAddress: 'ours',
      camelCase: true,
    });
  });

  test('is answered in kind', () => {
    expect(avq.writeReply(CAMEL, 1, {}, null)).toBe(
      '{"type":"send","address":"example","replyAddress":null,"data":1,"headers":null}',
    );
    expect(avq.writePong(CAMEL)).toContain('"replyAddress":null');
  });

  test('has its failures without an address at a topic', () => {
    const failure = new Failure('BUS_MALFORMED_MESSAGE');
    expect(avq.writeFailure({ replyAddress: null, camelCase: true }, failure)).toContain(
      '"address":"topics.default.error","replyAddress":null',
    );
  });

  test('is pinged at a topic of its own', () => {
    expect(writeLegacyPing('here')).toBe(
      '{"type":"ping","address":"topics.default.ping","replyAddress":"here","data":null,"headers":null}',
    );
  });
});

describe('writing', () => {
  test('the printed success, byte for byte', () => {
    expect(avq.writeReply(TO, JSON.parse(REPORT), {}, null)).toBe(
      `{"type":"send","address":"example","reply_address":null,"data":${REPORT},"headers":null}`,
    );
  });

  test.each([
    ['AVQFR_SESSION_NOT_AUTHORIZED', 'сессия не авторизована (команда требует обязательной авторизации)'],
    ['AVQFR_SHIFT_IS_CLOSED', 'смена закрыта (команда возможна только при открытой смене)'],
  ] as const)('the printed failure %s, byte for byte', (name, description) => {
    expect(avq.writeFailure(TO, new Failure(name))).toBe(
      `{"type":"error","address":"example","reply_address":null,"data":{"description":"${description}","name":"${name}"},"headers":null}`,
    );
  });

  test('null where nobody named an address', () => {
    expect(avq.writeReply(NOBODY, undefined, {}, null)).toBe(
      '{"type":"send","address":null,"reply_address":null,"data":null,"headers":null}',
    );
    expect(avq.writePong(NOBODY)).toBe(
      '{"type":"pong","address":null,"reply_address":null,"data":null,"headers":null}',
    );
  });

  test('an answer that wants an answer, and headers where there are some', () => {
    expect(avq.writeReply(NOBODY, 1, { a: 'b' }, null)).toBe(
      '{"type":"send","address":null,"reply_address":null,"data":1,"headers":{"a":"b"}}',
    );
    expect(avq.writeReply(TO, 1, { a: 'b', c: ['d', 'e'] }, 'there')).toBe(
      '{"type":"send","address":"example","reply_address":"there","data":1,"headers":{"a":"b","c":"d,e"}}',
    );
  });

  test('deliveries', () => {
    const delivery = {
      kind: 'publish',
      address: 'a',
      replyAddress: null,
      headers: {},
      body: { x: 1 },
    } as const;
    expect(avq.writeDelivery(delivery, false)).toBe(
      '{"type":"publish","address":"a","reply_address":null,"data":{"x":1},"headers":null}',
    );
  });

  test('the failure of a Vert.x recipient with its code', () => {
    expect(avq.writeFailure(TO, recipientFailure(5, 'no'))).toContain(
      '"data":{"description":"no","name":"RECIPIENT_FAILURE","code":5}',
    );
  });

  test('every refusal but those that are none here', () => {
    expect(avq.writeRefusal(TO, refusal('access-denied'))).toContain('"name":"BUS_ACCESS_DENIED"');
    expect(avq.writeRefusal(TO, refusal('already-registered'))).toBeUndefined();
    expect(avq.writeRefusal(TO, refusal('not-registered'))).toBeUndefined();
  });

  test('what is read again as it was', () => {
    fc.assert(
      fc.property(fc.string(), fc.jsonValue({ maxDepth: 3 }), (address, body) => {
        const delivery = { kind: 'send', address, replyAddress: 'r', headers: { h: 'v' }, body } as const;
        const { kind, ...rest } = JSON.parse(avq.writeDelivery(delivery, false));
        expect(rest).toEqual(
          JSON.parse(
            JSON.stringify({ type: 'send', address, reply_address: 'r', data: body, headers: { h: 'v' } }),
          ),
        );
        expect(kind).toBeUndefined();
      }),
    );
  });
});
