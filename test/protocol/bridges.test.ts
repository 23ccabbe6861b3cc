import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Failure } from '#core/failure.ts';
import type { Dialect } from '#protocol/frame.ts';
import { recipientFailure } from '#protocol/recipient-failure.ts';
import { type RefusalReason, refusal } from '#protocol/refusal.ts';
import { createSockJsBridgeDialect } from '#protocol/sockjs-bridge.ts';
import { createTcpBridgeDialect } from '#protocol/tcp-bridge.ts';

const OPTIONS = {
  maxDepth: 8,
  replyTimeoutMs: 30_000,
  maxHandlersPerSocket: 1000,
  maxAddressLength: 200,
  correlatedErrors: false,
  registerAcknowledgement: false,
};
const sockJs = createSockJsBridgeDialect({ ...OPTIONS, pingTimeoutMs: 10_000, anyFrameIsLiveness: false });
const tcp = createTcpBridgeDialect(OPTIONS);
const ASKED = { replyAddress: 'r', camelCase: false, address: 'a', headers: {} };

function reasonOf(dialect: Dialect, message: unknown): RefusalReason | string {
  const frame = dialect.read(typeof message === 'string' ? message : JSON.stringify(message));
  return frame.kind === 'invalid' ? frame.refusal.reason : frame.kind;
}

describe.each([
  ['sockjs-bridge', sockJs],
  ['tcp-bridge', tcp],
])('%s', (_name, dialect) => {
  test('reads a request', () => {
    const text = '{"type":"send","address":"a","headers":{"h":"v"},"body":{"b":1},"replyAddress":"r"}';
    expect(dialect.read(text)).toEqual({
      kind: 'send',
      address: 'a',
      replyAddress: 'r',
      camelCase: false,
      headers: { h: 'v' },
      body: { b: 1 },
    });
  });

  test('reads registrations, whatever their headers', () => {
    for (const type of ['register', 'unregister']) {
      expect(dialect.read(JSON.stringify({ type, address: 'a', headers: [null] }))).toEqual({
        kind: type,
        address: 'a',
        headers: {},
        replyAddress: null,
        camelCase: false,
      });
    }
  });

  test('never throws, whatever the JSON', () => {
    const key = fc.constantFrom(
      'type',
      'address',
      'replyAddress',
      'headers',
      'body',
      'failureCode',
      'message',
    );
    const value = fc.oneof(fc.constantFrom('send', 'publish', 'register', 'ping'), fc.jsonValue());
    fc.assert(
      fc.property(fc.dictionary(key, value), (message) => reasonOf(dialect, message).length > 0),
      { numRuns: 500 },
    );
    fc.assert(fc.property(fc.string(), (text) => reasonOf(dialect, text).length > 0));
  });

  test('refuses what nests too deep', () => {
    expect(reasonOf(dialect, `{"type":"send","address":"a","body":${'['.repeat(8)}${']'.repeat(8)}}`)).toBe(
      'malformed',
    );
  });

  test('lets services see header names in small letters, and consumers as they came', () => {
    expect(dialect.headersFor('service', { Action: 'a', token: 't' })).toEqual({ action: 'a', token: 't' });
    expect(dialect.headersFor('consumer', { Action: 'a' })).toEqual({ Action: 'a' });
  });

  test('tells failures of services by name, code and what the vendor said', () => {
    const details = { vendor: 'iiko', account: 'm', status: 400, code: 'x', message: 'y' };
    const failure = new Failure('VENDOR_REJECTED', { description: 'нет', details });
    expect(JSON.parse(dialect.writeFailure(ASKED, failure))).toMatchObject({
      type: 'err',
      address: 'r',
      failureCode: 1105,
      failureType: 'RECIPIENT_FAILURE',
      message: 'VENDOR_REJECTED: нет',
      details,
    });
    const told = Failure.told({ name: 'NEW_NAME', description: 'd', data: {} });
    expect(JSON.parse(dialect.writeFailure(ASKED, told))).toMatchObject({
      failureCode: 1105,
      message: 'NEW_NAME: d',
    });
    expect(JSON.parse(dialect.writeFailure(ASKED, recipientFailure(3, '')))).toMatchObject({ message: null });
  });
});

describe('the SockJS bridge', () => {
  test.each([
    ['[]', 'malformed'],
    ['', 'malformed'],
    [{}, 'missing-type'],
    [{ type: null, address: 'a' }, 'missing-type'],
    [{ type: 'ping' }, 'ping'],
    [{ type: 'what' }, 'missing-address'],
    [{ type: 'what', address: 'a' }, 'unknown-type'],
    [{ type: 'toString', address: 'a' }, 'unknown-type'],
    [{ type: 'send', address: null }, 'missing-address'],
    [{ type: 'send', address: '' }, 'send'],
    [{ type: 'send', address: 'a', headers: 1 }, 'bad-headers'],
    [{ type: 'send', address: 'a', headers: { h: null } }, 'bad-headers'],
  ])('reads %j as %s', (message, reason) => {
    expect(reasonOf(sockJs, message)).toBe(reason);
  });

  test.each<[RefusalReason, string | undefined]>([
    ['malformed', 'invalid_json'],
    ['missing-type', 'missing_type'],
    ['missing-address', 'missing_address'],
    ['unknown-type', 'invalid_type'],
    ['blocked-by-hook', 'rejected'],
    ['reply-address-too-long', 'invalid_reply_address'],
    ['access-denied', 'access_denied'],
    ['not-authenticated', 'not_logged_in'],
    ['too-many-handlers', 'max_handlers_reached'],
    ['address-too-long', 'max_address_length_reached'],
    ['already-registered', 'address_already_registered'],
    ['not-registered', undefined],
    ['internal-error', 'internal_error'],
  ])('says for %s: %s', (reason, token) => {
    expect(sockJs.writeRefusal(ASKED, refusal(reason))).toBe(token && `{"type":"err","body":"${token}"}`);
  });

  test('writes `rec` with what there is', () => {
    expect(sockJs.writeReply(ASKED, undefined, {}, null)).toBe('{"type":"rec","address":"r","body":null}');
    const delivery = {
      kind: 'send',
      address: 'a',
      replyAddress: 'x',
      headers: { h: ['1', '2'] },
      body: 1,
    } as const;
    expect(sockJs.writeDelivery(delivery, false)).toBe(
      '{"type":"rec","address":"a","body":1,"replyAddress":"x","headers":{"h":["1","2"]}}',
    );
    expect(sockJs.writePong(ASKED)).toBeUndefined();
  });

  test('takes a `timeout` header for a header', () => {
    expect(sockJs.timeoutOf({ timeout: '5' })).toBe(30_000);
    expect(sockJs.headersFor('consumer', { timeout: '5' })).toEqual({ timeout: '5' });
  });
});

describe('the TCP bridge', () => {
  test.each([
    ['[]', 'malformed'],
    [{}, 'missing-address'],
    [{ type: 'what' }, 'missing-address'],
    [{ address: 'a' }, 'unknown-type'],
    [{ type: null, address: 'a' }, 'unknown-type'],
    [{ type: 'ping' }, 'ping'],
    [{ type: 'send', address: 'r', failureCode: 5, message: 'm' }, 'fail'],
    [{ type: 'send', address: 'r', failureCode: 5, replyAddress: 'x' }, 'send'],
    [{ type: 'send', address: 'r', failureCode: '5' }, 'send'],
    [{ type: 'publish', address: 'r', failureCode: 5 }, 'publish'],
    [{ type: 'send', address: 'a', headers: null, body: null, replyAddress: null }, 'send'],
  ])('reads %j as %s', (message, reason) => {
    expect(reasonOf(tcp, message)).toBe(reason);
  });

  test.each<[RefusalReason, string | undefined]>([
    ['malformed', undefined],
    ['missing-type', 'unknown_type'],
    ['unknown-type', 'unknown_type'],
    ['missing-address', 'missing_address'],
    ['access-denied', 'access_denied'],
    ['not-authenticated', 'access_denied'],
    ['not-registered', 'unknown_address'],
    ['already-registered', undefined],
    ['blocked-by-hook', 'blocked by bridgeEvent handler'],
    ['too-large', 'max_message_length_reached'],
  ])('says for %s: %s', (reason, token) => {
    expect(tcp.writeRefusal(ASKED, refusal(reason))).toBe(token && `{"type":"err","message":"${token}"}`);
  });

  test('writes `message` with flat headers, always, and without a null body', () => {
    expect(tcp.writeReply(ASKED, null, {}, null)).toBe(
      '{"type":"message","address":"r","headers":{},"send":true}',
    );
    const delivery = {
      kind: 'publish',
      address: 'a',
      replyAddress: 'x',
      headers: { h: ['1', '2'] },
      body: 0,
    } as const;
    expect(tcp.writeDelivery(delivery, false)).toBe(
      '{"type":"message","address":"a","replyAddress":"x","headers":{"h":"2"},"body":0,"send":false}',
    );
    expect(tcp.writePong(ASKED)).toBe('{"type":"pong"}');
  });

  test('keeps delivery options to itself', () => {
    const headers = { timeout: '100', localOnly: 'true', codecName: 'x', other: 'y' };
    expect(tcp.timeoutOf(headers)).toBe(100);
    expect(tcp.headersFor('consumer', headers)).toEqual({ other: 'y' });
    expect(tcp.headersFor('service', headers)).toEqual({ timeout: '100', other: 'y' });
  });

  test.each([['0'], ['-1'], ['x'], ['600001'], ['1.5'], ['0x10'], [' 50 '], ['1e3'], ['']])(
    'waits as usual for a time-out of %j',
    (timeout) => {
      expect(tcp.timeoutOf({ timeout })).toBe(30_000);
    },
  );

  test('names the source of a failure', () => {
    const failure = new Failure('BUS_TIMEOUT', { origin: 'timeout' });
    expect(
      tcp.writeFailure({ ...ASKED, awaitedAt: '__vertx.reply.1', headers: { timeout: '5' } }, failure),
    ).toBe(
      '{"type":"err","address":"r","sourceAddress":"a","failureCode":-1,"failureType":"TIMEOUT",' +
        '"message":"Timed out after waiting 5(ms) for a reply. address: __vertx.reply.1, repliedAddress: a"}',
    );
  });
});
