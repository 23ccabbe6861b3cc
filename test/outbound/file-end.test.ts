import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { endedTypeOf } from '#outbound/file-end.ts';
import { FileTail } from '#outbound/file-tail.ts';
import { fileTypeOf, XLSX, ZIP } from '#outbound/file-type.ts';
import { type ArchiveEntry, archive } from './archive.ts';

const PARTS: readonly ArchiveEntry[] = [
  ['_rels/.rels', 100],
  ['xl/workbook.xml', 300],
  ['[Content_Types].xml', 50],
];

function tailOf(bytes: Buffer, chunkBytes = 65_536): FileTail {
  const tail = new FileTail();
  for (let at = 0; at < bytes.length; at += chunkBytes) tail.take(bytes.subarray(at, at + chunkBytes));
  return tail;
}

const ended = (bytes: Buffer, begun = ZIP) => endedTypeOf(begun, tailOf(bytes));

describe('the end of an archive', () => {
  test('is found behind the longest comment, before whatever was added, and in the newer form', () => {
    const comment = `PK\u0005\u0006${'x'.repeat(65_531)}`;
    for (const end of [{}, { comment }, { isZip64: true }, { isZip64: true, comment }]) {
      expect(ended(archive(PARTS, end))).toBe(XLSX);
      expect(ended(archive([], end))).toBe(ZIP);
    }
    expect(ended(Buffer.concat([archive(PARTS), Buffer.from('\r\n')]))).toBe(XLSX);
  });

  test('counts the bytes of the file, not those that are remembered', () => {
    const large = archive([['xl/media/image1.png', 1_000_000], ...PARTS]);
    expect(ended(large)).toBe(XLSX);
    expect(ended(Buffer.concat([Buffer.alloc(1), large]))).toBeUndefined();
  });

  test('leaves it at the first entry where the directory is too long to be remembered', () => {
    const entries = Array.from({ length: 6000 }, (_, index): ArchiveEntry => [`xl/${index}`, 0]);
    expect(ended(archive(entries), XLSX)).toBe(XLSX);
    expect(ended(archive(entries), ZIP)).toBe(ZIP);
    expect(ended(archive(entries).subarray(0, -30), ZIP)).toBeUndefined();
  });

  test('is missing wherever the file breaks off, also behind archives inside it', () => {
    const inner = archive(PARTS);
    for (const end of [{}, { comment: 'of the shop' }, { isZip64: true }]) {
      const whole = archive(
        [
          ['a.xlsx', inner],
          ['b.xlsx', archive(PARTS, { isZip64: true })],
        ],
        end,
      );
      expect(ended(whole)).toBe(ZIP);
      for (let bytes = 0; bytes < whole.length; bytes += 1) {
        expect(ended(whole.subarray(0, bytes))).toBeUndefined();
      }
    }
  });

  test('is looked for in any bytes', () => {
    const piece = fc.constantFrom(
      '504b0506',
      '504b0606',
      '504b0607',
      '504b0102',
      '00000000',
      'ffffffff',
      '16000000',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), fc.uint8Array(), (pieces, rest) => {
        const bytes = Buffer.concat([Buffer.from(pieces.join(''), 'hex'), rest]);
        expect([undefined, ZIP, XLSX]).toContain(ended(bytes));
      }),
    );
  });
});

test('a document of PDF ends with its mark', () => {
  const bytes = Buffer.from('%PDF-1.7\n1 0 obj\nstartxref\n0\n%%EOF\n');
  const begun = fileTypeOf(bytes, '');
  expect(begun?.extension).toBe('pdf');
  if (!begun) return;
  expect(ended(bytes, begun)).toBe(begun);
  expect(ended(bytes.subarray(0, -4), begun)).toBeUndefined();
  expect(ended(Buffer.concat([bytes, Buffer.alloc(2000)]), begun)).toBeUndefined();
});

test('a table has no end to tell', () => {
  const bytes = Buffer.from('a;b\n1;');
  const begun = fileTypeOf(bytes, 'text/csv');
  expect(begun && ended(bytes, begun)).toBe(begun);
  expect(begun?.extension).toBe('csv');
});

test('the last bytes are remembered in whatever pieces they come', () => {
  const bytes = Buffer.from(Array.from({ length: 600_000 }, (_, index) => (index * 7919) >>> 8));
  for (const chunkBytes of [1, 1000, 262_143, 262_144, 262_145, 600_000]) {
    const tail = tailOf(bytes, chunkBytes);
    expect(tail.size).toBe(600_000);
    expect(tail.bytes().equals(bytes.subarray(-262_144))).toBe(true);
  }
  expect(tailOf(bytes.subarray(0, 1000)).bytes().equals(bytes.subarray(0, 1000))).toBe(true);
});
