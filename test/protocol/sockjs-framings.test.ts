import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messagesFrame, quoteMessage } from '#protocol/sockjs-frames.ts';
import { readCallback, SOCKJS_FRAMINGS } from '#protocol/sockjs-framings.ts';

const frameOf = (text: string) => messagesFrame([quoteMessage(text)]);
const anyString = fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)) });
const AWKWARD = [
  'plain',
  'a\r\n\nb',
  '100 % %41 %zz',
  '</script><script>alert(1)</script>',
  '<!--',
  '\u2028"\\',
  '😀',
];

describe('xhr', () => {
  it('ends a frame with a newline and starts a stream with 2 KiB of h', () => {
    expect(SOCKJS_FRAMINGS['xhr-polling'].wrap('o', '')).toBe('o\n');
    expect(SOCKJS_FRAMINGS['xhr-polling'].prelude('')).toBe('');
    expect(SOCKJS_FRAMINGS['xhr-streaming'].wrap('o', '')).toBe('o\n');
    expect(SOCKJS_FRAMINGS['xhr-streaming'].prelude('')).toBe(`${'h'.repeat(2048)}\n`);
  });
});

describe('eventsource', () => {
  const framing = SOCKJS_FRAMINGS.eventsource;

  it('makes one event of a frame', () => {
    expect(framing.prelude('')).toBe('\r\n');
    expect(framing.wrap('a["x"]', '')).toBe('data: a["x"]\r\n\r\n');
  });

  it.each(AWKWARD)('survives what sockjs-client does to the data: %j', (text) => {
    const [, data = ''] = /^data: (.*)\r\n\r\n$/.exec(framing.wrap(frameOf(text), '')) ?? [];
    expect(decodeURI(data)).toBe(frameOf(text));
  });

  it('survives it for any text', () => {
    fc.assert(
      fc.property(anyString, (text) => {
        expect(decodeURI(framing.wrap(frameOf(text), '').slice('data: '.length, -4))).toBe(frameOf(text));
      }),
    );
  });
});

describe('htmlfile', () => {
  const framing = SOCKJS_FRAMINGS.htmlfile;

  it('starts with more than 1024 bytes that name the callback', () => {
    expect(framing.prelude('cb').length).toBeGreaterThan(1024);
    expect(framing.prelude('cb')).toContain('var c = parent.cb;');
  });

  it.each(AWKWARD)('calls p with the frame, whatever is in it: %j', (text) => {
    const [, script = ''] = /^<script>\n(.*)\n<\/script>\r\n$/.exec(framing.wrap(frameOf(text), '')) ?? [];
    expect(script).not.toContain('<');
    expect(runInNewContext(script, { p: (frame: string) => frame })).toBe(frameOf(text));
  });
});

describe('jsonp', () => {
  it.each(AWKWARD)('calls the callback with the frame, whatever is in it: %j', (text) => {
    const script = SOCKJS_FRAMINGS['jsonp-polling'].wrap(frameOf(text), 'my.cb');
    expect(script).toMatch(/^\/\*\*\/my\.cb\(.*\);\r\n$/);
    expect(runInNewContext(script, { my: { cb: (frame: string) => frame } })).toBe(frameOf(text));
  });
});

describe('readCallback', () => {
  it('reads c, or its alias callback', () => {
    expect(readCallback('c=%63all.b-_1')).toEqual({ name: 'call.b-_1' });
    expect(readCallback('t=1&callback=cb')).toEqual({ name: 'cb' });
  });

  it.each(['', 'c=', 'x=1'])('wants a name: "%s"', (query) => {
    expect(readCallback(query)).toEqual({ complaint: '"callback" parameter required' });
  });

  it.each(['c=%20', 'c=a(', 'c=a%28', 'c=*', 'c=%C3%A4', `c=${'a'.repeat(33)}`])('refuses %s', (query) => {
    expect(readCallback(query)).toEqual({ complaint: 'invalid "callback" parameter' });
  });
});
