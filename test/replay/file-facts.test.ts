import { expect, test } from 'vitest';
import { withoutFileFacts } from '#replay/file-facts.ts';
import type { Fixture } from '#replay/fixture.ts';

const FILE = { name: 'a.json', size: 10, sha256: 'ab', url: '/files/1' };

function fixture(body: string): Fixture {
  const request = { method: 'GET', path: '/' };
  return {
    name: 'a file',
    exchanges: [{ vendor: 'ws', request, response: { status: 200, body } }],
    messages: [{ send: {}, expect: { data: [{ result: { file: FILE } }] } }],
  };
}

test('a file keeps its size and its sum where the answers that it is made of stay the same', () => {
  expect(withoutFileFacts(fixture('same'), fixture('same'))).toEqual(fixture('same'));
});

test('a file of scrubbed answers has any size and any sum', () => {
  const [step] = withoutFileFacts(fixture('secret-1'), fixture('Zx9')).messages;
  const file = { ...FILE, size: { $any: true }, sha256: { $any: true } };
  expect(step).toEqual({ send: {}, expect: { data: [{ result: { file } }] } });
});
