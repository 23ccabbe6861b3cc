import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  closeFrame,
  HEARTBEAT_FRAME,
  messagesFrame,
  OPEN_FRAME,
  quoteMessage,
} from '#protocol/sockjs-frames.ts';

const CODE_UNITS = Array.from({ length: 0x10000 }, (_, code) => code);
const anyString = fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)) });

describe('quoteMessage', () => {
  it('escapes control characters, in lower case', () => {
    expect(quoteMessage('\u0000\u001f\n')).toBe(String.raw`"\u0000\u001f\n"`);
  });

  it('escapes lone surrogates and leaves pairs alone', () => {
    expect(quoteMessage('\ud800')).toBe(String.raw`"\ud800"`);
    expect(quoteMessage('\udfff\ud800')).toBe(String.raw`"\udfff\ud800"`);
    expect(quoteMessage('😀')).toBe('"😀"');
  });

  it('escapes every character that browsers used to mangle, and no other above ASCII', () => {
    const escaped = CODE_UNITS.filter(
      (code) => code > 0x7f && quoteMessage(String.fromCharCode(code)).length > 3,
    );
    const ranges = [
      [0x200c, 0x200f],
      [0x2028, 0x202f],
      [0x2060, 0x206f],
      [0xd800, 0xdfff],
      [0xfff0, 0xffff],
    ] as const;
    expect(escaped).toEqual(
      CODE_UNITS.filter((code) => ranges.some(([from, to]) => code >= from && code <= to)),
    );
  });

  it('brings the killer message, every code unit there is, back unchanged through UTF-8', () => {
    const killer = CODE_UNITS.map((code) => String.fromCharCode(code)).join('');
    expect(JSON.parse(Buffer.from(quoteMessage(killer)).toString()) === killer).toBe(true);
  });

  it('brings any string back unchanged through UTF-8, on one line', () => {
    fc.assert(
      fc.property(anyString, (text) => {
        const quoted = quoteMessage(text);
        expect(JSON.parse(Buffer.from(quoted).toString())).toBe(text);
        expect(quoted).not.toMatch(/[\r\n\u2028\u2029]/);
      }),
    );
  });
});

describe('frames', () => {
  it('are the letters of the protocol', () => {
    expect([OPEN_FRAME, HEARTBEAT_FRAME]).toEqual(['o', 'h']);
    expect(closeFrame(3000, 'Go away!')).toBe('c[3000,"Go away!"]');
    expect(messagesFrame(['"a"', '"b"'])).toBe('a["a","b"]');
  });

  it('carry any messages in their order', () => {
    fc.assert(
      fc.property(fc.array(anyString), (messages) => {
        const frame = messagesFrame(messages.map(quoteMessage));
        expect(frame[0]).toBe('a');
        expect(JSON.parse(frame.slice(1))).toEqual(messages);
      }),
    );
  });

  it('quote the reason of a close', () => {
    expect(closeFrame(1008, 'a "b"\u2028')).toBe(String.raw`c[1008,"a \"b\"\u2028"]`);
  });
});
