import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readJsonpBody, readWebSocketMessage, readXhrBody } from '#protocol/sockjs-upstream.ts';

const PAYLOAD_EXPECTED = { complaint: 'Payload expected.' };
const BROKEN = { complaint: 'Broken JSON encoding.' };
const anyString = fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)) });
const FORM = 'application/x-www-form-urlencoded';

describe('readXhrBody', () => {
  it('reads an array of strings, also an empty one', () => {
    expect(readXhrBody('["a","b"]')).toEqual({ messages: ['a', 'b'] });
    expect(readXhrBody('[]')).toEqual({ messages: [] });
  });

  it.each(['', '"a"', '{}', 'null', '7'])('wants an array: %s', (body) => {
    expect(readXhrBody(body)).toEqual(PAYLOAD_EXPECTED);
  });

  it.each(['["a', 'a', '[1]', '["a",null]', '[["a"]]'])('finds broken: %s', (body) => {
    expect(readXhrBody(body)).toEqual(BROKEN);
  });

  it('reads whatever a client can write', () => {
    fc.assert(
      fc.property(fc.array(anyString), (messages) => {
        expect(readXhrBody(JSON.stringify(messages))).toEqual({ messages });
      }),
    );
  });
});

describe('readJsonpBody', () => {
  it('reads the field d of a form', () => {
    expect(readJsonpBody('d=%5B%22x%22%5D', FORM)).toEqual({ messages: ['x'] });
    expect(readJsonpBody('d=%5B%22a+b%22%5D', `${FORM}; charset=UTF-8`)).toEqual({ messages: ['a b'] });
  });

  it.each(['', 'd=', 'p=p'])('wants that field: "%s"', (body) => {
    expect(readJsonpBody(body, FORM)).toEqual(PAYLOAD_EXPECTED);
  });

  it('reads plain text as it is', () => {
    expect(readJsonpBody('["%61"]', 'text/plain')).toEqual({ messages: ['%61'] });
    expect(readJsonpBody('["a"]', '')).toEqual({ messages: ['a'] });
  });

  it('takes no other type', () => {
    expect(readJsonpBody('["a"]', 'application/json')).toEqual(PAYLOAD_EXPECTED);
  });

  it('finds broken JSON', () => {
    expect(readJsonpBody('d=%5B%22x', FORM)).toEqual(BROKEN);
  });
});

describe('readWebSocketMessage', () => {
  it('reads an array, one bare string, or nothing', () => {
    expect(readWebSocketMessage('["a","b"]')).toEqual(['a', 'b']);
    expect(readWebSocketMessage('"a"')).toEqual(['a']);
    expect(readWebSocketMessage('[]')).toEqual([]);
    expect(readWebSocketMessage('')).toEqual([]);
  });

  it.each(['["a', 'x', '1', 'null', '{}', '[1]'])('finds broken framing: %s', (payload) => {
    expect(readWebSocketMessage(payload)).toBeUndefined();
  });
});
