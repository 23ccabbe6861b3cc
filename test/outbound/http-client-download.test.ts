import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Failure } from '#core/failure.ts';
import { fileTypeOf, HEAD_BYTES } from '#outbound/file-type.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { archive } from './archive.ts';
import { createCall, createClient, listenHttp, listenTcp, requestOf, until } from './loopback.ts';

const WORKBOOK = archive([['[Content_Types].xml', 3847]]);
const SMALL_WORKBOOK = archive([['[Content_Types].xml', 700]]);

function createTarget(maxBytes = 100_000) {
  const target = {
    maxBytes,
    chunks: [] as Buffer[],
    write: async (chunk: Uint8Array): Promise<void> => {
      target.chunks.push(Buffer.from(chunk));
    },
    bytes: () => Buffer.concat(target.chunks),
  };
  return target;
}

const download = async (answer: (response: ServerResponse) => void, target = createTarget()) => {
  const client = createClient(await listenHttp((_request, response) => answer(response)));
  const call = createCall();
  const result = client.download(requestOf('read'), call, target);
  return { target, client, call, result };
};

describe('a download', () => {
  test('goes to its target as it comes, larger than any text may be', async () => {
    const { target, result, call } = await download((response) => response.end(WORKBOOK));
    expect(await result).toMatchObject({ status: 200, text: '', file: { extension: 'xlsx' } });
    expect(target.bytes().equals(WORKBOOK)).toBe(true);
    expect(call.exchanges).toHaveLength(1);
  });

  test.each([1, 3, HEAD_BYTES - 1, HEAD_BYTES, HEAD_BYTES + 1])(
    'is whole in pieces of %i bytes',
    async (size) => {
      const bytes = size < 10 ? SMALL_WORKBOOK : WORKBOOK;
      const { target, result } = await download((response) => {
        for (let at = 0; at < bytes.length; at += size) response.write(bytes.subarray(at, at + size));
        response.end();
      });
      expect((await result).file?.extension).toBe('xlsx');
      expect(target.bytes().equals(bytes)).toBe(true);
    },
  );

  test('that is shorter than it takes to tell is told at its end', async () => {
    const { target, result } = await download((response) => response.end('a;b\n1;2\n'));
    expect(await result).toMatchObject({ file: { extension: 'csv', mediaType: 'text/csv' } });
    expect(target.bytes().toString()).toBe('a;b\n1;2\n');
  });

  test.each([
    ['an error under 200', 200, ' {"Errors":["ReportNotDone"]}'],
    ['a page', 200, '<html>'],
    ['a sentence', 200, 'Bad gateway'],
    ['nothing', 200, ''],
    ['a table that is no success', 404, 'a;b\n'],
  ])('that is %s is an answer with its text', async (_name, status, text) => {
    const { target, result } = await download((response) => response.writeHead(status).end(text));
    const answer = await result;
    expect(answer).toMatchObject({ status, text });
    expect(answer).not.toHaveProperty('file');
    expect(target.chunks).toEqual([]);
  });

  test('that came packed is unpacked first', async () => {
    const { target, result } = await download((response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(SMALL_WORKBOOK));
    });
    expect((await result).file?.extension).toBe('xlsx');
    expect(target.bytes().equals(SMALL_WORKBOOK)).toBe(true);
  });

  test('is ended at its limit, told beforehand or not', async () => {
    for (const announce of [true, false]) {
      const { target, result } = await download((response) => {
        if (announce) response.setHeader('content-length', WORKBOOK.length);
        response.write(WORKBOOK.subarray(0, 2000));
        setImmediate(() => response.end(WORKBOOK.subarray(2000)));
      }, createTarget(3000));
      await expect(result).rejects.toMatchObject({
        name: 'VENDOR_BAD_RESPONSE',
        details: { code: 'too_large' },
      });
      expect(target.bytes().length).toBeLessThanOrEqual(3000);
    }
  });

  test('that is cut short fails', async () => {
    const { result } = await download((response) => {
      response.writeHead(200, { 'content-length': WORKBOOK.length });
      response.write(WORKBOOK.subarray(0, 2000), () => response.destroy());
    });
    await expect(result).rejects.toMatchObject({
      name: 'VENDOR_BAD_RESPONSE',
      details: { code: 'truncated' },
    });
  });

  test.each<[string, Buffer]>([
    ['an archive', WORKBOOK.subarray(0, 2000)],
    ['an archive of which only the last byte is missing', WORKBOOK.subarray(0, -1)],
    ['a short archive', SMALL_WORKBOOK.subarray(0, 100)],
    [
      'an archive that ends as an archive inside it does',
      archive([
        ['a.xlsx', SMALL_WORKBOOK],
        ['b', 9],
      ]).subarray(0, 36 + SMALL_WORKBOOK.length),
    ],
    ['a document', Buffer.from('%PDF-1.7\n1 0 obj')],
  ])('that breaks off where no length was told fails: %s', async (_name, bytes) => {
    const client = createClient(
      await listenTcp((socket) => {
        socket.write('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n');
        socket.end(bytes);
      }),
    );
    const call = createCall();
    const result = client.download(requestOf('read'), call, createTarget());
    await expect(result).rejects.toMatchObject({
      name: 'VENDOR_BAD_RESPONSE',
      details: { code: 'truncated' },
    });
    expect(call.exchanges.map(({ outcome }) => outcome)).toEqual([{ fault: 'truncated' }]);
    expect(client.health().breaker).toBe('closed');
  });

  test('is a workbook wherever its directory says so', async () => {
    const entries: [string, number][] = [
      ['[trash]/0000.dat', 700],
      ['xl/workbook.xml', 10],
      ['[Content_Types].xml', 10],
    ];
    for (const [bytes, extension] of [
      [archive(entries), 'xlsx'],
      [archive(entries.slice(0, 2)), 'zip'],
      [archive(entries.slice(1, 2)), 'zip'],
    ] as const) {
      const { result } = await download((response) => response.end(bytes));
      expect((await result).file?.extension).toBe(extension);
    }
  });

  test('ends with the failure of its target, which is not the vendor’s', async () => {
    const target = createTarget();
    const full = new Failure('BUS_INTERNAL_ERROR');
    target.write = () => Promise.reject(full);
    const { result, client } = await download((response) => response.end(WORKBOOK), target);
    await expect(result).rejects.toBe(full);
    expect(client.health()).toEqual({ breaker: 'closed', lastSuccess: null, lastFailure: null });
  });

  test('waits for its target', async () => {
    const target = createTarget(10_000_000);
    let [writing, most] = [0, 0];
    target.write = async (chunk) => {
      writing += 1;
      most = Math.max(most, writing);
      await new Promise((resolve) => setImmediate(resolve));
      target.chunks.push(Buffer.from(chunk));
      writing -= 1;
    };
    const bytes = archive([['xl/workbook.xml', 2_000_000]]);
    const { result } = await download((response) => response.end(bytes), target);
    await result;
    expect(most).toBe(1);
    expect(target.bytes().equals(bytes)).toBe(true);
  });

  test('is repeated after an answer that came to nothing, not after half a file', async () => {
    let count = 0;
    const { target, result } = await download((response) => {
      count += 1;
      if (count === 1) response.writeHead(503).end();
      else response.end(WORKBOOK);
    });
    expect((await result).file?.extension).toBe('xlsx');
    expect(target.bytes().equals(WORKBOOK)).toBe(true);
    expect(count).toBe(2);
  });

  test.each([
    ['may take longer than the time-out as long as it comes, and no longer', 20_000, 5],
    ['that comes in drops is given up', 1000, 1],
  ])('%s', async (_name, bytes, chunks) => {
    const clock = createFakeClock(Date.parse('2026-03-01T00:00:00Z'));
    const file = archive([['xl/workbook.xml', 200_000]]);
    let response: ServerResponse | undefined;
    const baseUrl = await listenHttp((_request, coming) => {
      response = coming;
      coming.write(file.subarray(0, bytes));
    });
    const client = createClient(baseUrl, { clock, timeoutMs: 1000 });
    const target = createTarget(1_000_000);
    const result = client.download(requestOf('read'), createCall(clock.now() + 60_000), target);
    for (let at = bytes; at < chunks * bytes; at += bytes) {
      await until(() => target.bytes().length === at);
      clock.advance(900);
      response?.write(file.subarray(at, at + bytes));
    }
    await until(() => target.bytes().length === chunks * bytes);
    // More, but not enough of it.
    clock.advance(900);
    response?.write(file.subarray(chunks * bytes, chunks * bytes + 1000));
    await until(() => target.bytes().length === chunks * bytes + 1000);
    clock.advance(101);
    await expect(result).rejects.toMatchObject({ name: 'VENDOR_TIMEOUT' });
  });
});

describe('the type of a file', () => {
  test.each([
    ['xlsx', archive([['[Content_Types].xml', 0]])],
    ['xlsx', archive([['xl/worksheets/sheet1.xml', 0]])],
    ['xlsx', archive([['_rels/.rels', 0]])],
    ['zip', archive([['report.xlsx', 0]])],
    ['zip', Buffer.from('504b0506', 'hex')],
    ['zip', Buffer.from('504b030400', 'hex')],
    ['xls', Buffer.from('d0cf11e0a1b11ae100', 'hex')],
    ['pdf', Buffer.from('%PDF-1.7')],
    ['csv', Buffer.from('\ufeffКасса;Сумма\r\n1;100\r\n')],
    ['csv', Buffer.from('fffe1a043b00', 'hex')],
    ['bin', Buffer.from('000102', 'hex')],
  ])('is told by its content: %s', (extension, head) => {
    for (const contentType of ['', 'application/json', 'text/html']) {
      if (extension === 'csv' && contentType !== '' && head[0] !== 0xff) continue;
      expect(fileTypeOf(head, contentType)?.extension).toBe(extension);
    }
  });

  test('is told of any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), fc.string(), (bytes, type) => {
        expect(() => fileTypeOf(Buffer.from(bytes), type)).not.toThrow();
      }),
    );
  });
});
