import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Failure } from '#core/failure.ts';
import { fileTypeOf, HEAD_BYTES } from '#outbound/file-type.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { createCall, createClient, listenHttp, requestOf, until } from './loopback.ts';

/** A local file header of a stored entry. */
function archive(name: string, length = 4000): Buffer {
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(Buffer.byteLength(name), 26);
  return Buffer.concat([header, Buffer.from(name), Buffer.alloc(length, 7)]);
}

const WORKBOOK = archive('[Content_Types].xml');

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
      const bytes = WORKBOOK.subarray(0, size < 10 ? 700 : WORKBOOK.length);
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
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(WORKBOOK.subarray(0, 900)));
    });
    expect((await result).file?.extension).toBe('xlsx');
    expect(target.bytes().equals(WORKBOOK.subarray(0, 900))).toBe(true);
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
    const bytes = archive('xl/workbook.xml', 2_000_000);
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

  test('may take longer than the time-out as long as bytes keep coming, and no longer', async () => {
    const clock = createFakeClock(Date.parse('2026-03-01T00:00:00Z'));
    let response: ServerResponse | undefined;
    const baseUrl = await listenHttp((_request, coming) => {
      response = coming;
      coming.write(WORKBOOK.subarray(0, 1000));
    });
    const client = createClient(baseUrl, { clock, timeoutMs: 1000 });
    const target = createTarget();
    const result = client.download(requestOf('read'), createCall(clock.now() + 60_000), target);
    for (let at = 1000; at < 3000; at += 1000) {
      await until(() => target.bytes().length === at);
      clock.advance(900);
      response?.write(WORKBOOK.subarray(at, at + 1000));
    }
    await until(() => target.bytes().length === 3000);
    clock.advance(1001);
    await expect(result).rejects.toMatchObject({ name: 'VENDOR_TIMEOUT' });
  });
});

describe('the type of a file', () => {
  test.each([
    ['xlsx', archive('[Content_Types].xml')],
    ['xlsx', archive('xl/worksheets/sheet1.xml')],
    ['xlsx', archive('_rels/.rels')],
    ['zip', archive('report.xlsx')],
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
