import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeFrame, FrameLengthError, LengthPrefixDecoder } from '#protocol/length-prefix.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

function decode(chunks: readonly Buffer[], maxBytes = 1024): string[] {
  const decoder = new LengthPrefixDecoder(maxBytes);
  const frames: string[] = [];
  for (const chunk of chunks) decoder.push(chunk, (frame) => frames.push(frame.toString()));
  return frames;
}

describe('encodeFrame', () => {
  test('puts the length in bytes, big-endian, before the text', () => {
    expect(encodeFrame('Hi').toString('hex')).toBe('000000024869');
    expect(encodeFrame('ж').toString('hex')).toBe('00000002d0b6');
    expect(encodeFrame('').toString('hex')).toBe('00000000');
  });
});

describe('the decoder', () => {
  test('reads one frame, and frames that came together', () => {
    expect(decode([hex('00000002 4869')])).toEqual(['Hi']);
    expect(decode([hex('00000002 4869 00000000 00000001 21')])).toEqual(['Hi', '', '!']);
  });

  test('reads one byte at a time', () => {
    const bytes = [...hex('00000002 4869 00000000 00000001 21')].map((byte) => Buffer.from([byte]));
    expect(decode(bytes)).toEqual(['Hi', '', '!']);
  });

  test('reads a frame whose length and text come apart', () => {
    expect(decode([hex('00000002'), hex('4869')])).toEqual(['Hi']);
    expect(decode([hex('0000'), hex('0002 48'), hex('69 0000'), hex('0000')])).toEqual(['Hi', '']);
  });

  test.each([
    ['negative', 'ffffffff', -1],
    ['most negative', '80000000', -2_147_483_648],
    ['over the limit', '00000401', 1025],
    ['huge', '7fffffff', 2_147_483_647],
  ])('refuses a length that is %s before it waits for a single byte', (_name, prefix, length) => {
    const caught = (() => {
      try {
        return decode([hex(prefix)]);
      } catch (error) {
        return error;
      }
    })();
    expect(caught).toBeInstanceOf(FrameLengthError);
    expect(caught).toMatchObject({ length });
  });

  test('takes a frame of exactly the limit, and hands out what came before a bad one', () => {
    expect(decode([encodeFrame('x'.repeat(1024))])).toEqual(['x'.repeat(1024)]);
    const decoder = new LengthPrefixDecoder(10);
    const frames: string[] = [];
    expect(() =>
      decoder.push(Buffer.concat([encodeFrame('ok'), hex('ffffffff')]), (frame) =>
        frames.push(frame.toString()),
      ),
    ).toThrow(FrameLengthError);
    expect(frames).toEqual(['ok']);
  });

  test('gives back the bytes after so many frames, which go on where it has stopped', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string(), { maxLength: 12 }),
        fc.array(fc.nat(40), { maxLength: 6 }),
        fc.integer({ min: 1, max: 4 }),
        (texts, cuts, maxFrames) => {
          const stream = Buffer.concat(texts.map(encodeFrame));
          const places = [...cuts, stream.length]
            .map((cut) => Math.min(cut, stream.length))
            .toSorted((a, b) => a - b);
          const decoder = new LengthPrefixDecoder(1024);
          const frames: string[] = [];
          places.forEach((place, index) => {
            let rest: Buffer | undefined = stream.subarray(places[index - 1] ?? 0, place);
            while (rest) {
              const before = frames.length;
              rest = decoder.push(rest, (frame) => frames.push(frame.toString()), maxFrames);
              expect(frames.length - before).toBeLessThanOrEqual(maxFrames);
            }
          });
          expect(frames).toEqual(texts);
        },
      ),
    );
  });

  test('gives back what was encoded, however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 30 }),
        (texts, sizes) => {
          const stream = Buffer.concat(texts.map(encodeFrame));
          const chunks: Buffer[] = [];
          for (let offset = 0, turn = 0; offset < stream.length; turn += 1) {
            const size = sizes[turn % sizes.length] ?? 1;
            chunks.push(stream.subarray(offset, offset + size));
            offset += size;
          }
          expect(decode(chunks, 100_000)).toEqual(texts.map((text) => Buffer.from(text).toString()));
        },
      ),
    );
  });
});
