import { describe, expect, test } from 'vitest';
import type { Exchange } from '#core/call.ts';
import type { HttpRequest } from '#core/http.ts';
import { createRecordingMemory } from '#replay/recording-memory.ts';

function exchange(request: Partial<HttpRequest>, text = '', status = 200): Exchange {
  return {
    account: 'almaty',
    request: { method: 'GET', path: '/a', effect: 'read', ...request },
    outcome: { status, headers: {}, text },
    ms: 1,
  };
}

const login = (token: string) =>
  exchange({ method: 'POST', path: '/auth', effect: 'login' }, `{"Token":"${token}"}`);
const call = (token: string, path = '/kkms/1') =>
  exchange({ path, headers: { authorization: `Bearer ${token}` } });

describe('what the recorder remembers', () => {
  test('is the login whose token a call carries, and no other', () => {
    const memory = createRecordingMemory();
    const [first, second] = [login('first-token'), login('second-token')];
    memory.remember('KZ1', [first, call('first-token')]);
    memory.remember('KZ1', [second]);
    expect(memory.loginsFor([call('first-token')])).toEqual([first]);
    expect(memory.loginsFor([call('second-token')])).toEqual([second]);
    expect(memory.loginsFor([call('first-token'), call('second-token')])).toEqual([first, second]);
  });

  test('is no login of another account, whatever words the two share', () => {
    const memory = createRecordingMemory();
    memory.remember('KZ1', [login('same-word')]);
    expect(memory.loginsFor([{ ...call('same-word'), account: 'minsk' }])).toEqual([]);
  });

  test('is not needed for the token of a login that the message made itself', () => {
    const memory = createRecordingMemory();
    const [old, own] = [login('first-token'), login('second-token')];
    memory.remember('KZ1', [old, own]);
    expect(memory.loginsFor([call('first-token'), own, call('second-token')])).toEqual([old]);
    expect(memory.loginsFor([own, call('second-token')])).toEqual([]);
  });

  test('is no login that failed', () => {
    const memory = createRecordingMemory();
    memory.remember('KZ1', [exchange({ effect: 'login' }, 'first-token', 403)]);
    expect(memory.loginsFor([call('first-token')])).toEqual([]);
  });

  test('are the latest reads of the same register that a message did without', () => {
    const memory = createRecordingMemory();
    memory.remember('KZ1', [call('t', '/kkms/1'), call('t', '/shifts/10')]);
    memory.remember('KZ2', [call('t', '/kkms/2')]);
    memory.remember('KZ1', [call('t', '/shifts/11')]);
    expect(memory.readsFor(['almaty'], 'KZ1', []).map(({ request }) => request.path)).toEqual([
      '/kkms/1',
      '/shifts/11',
    ]);
    const own = [call('t', '/shifts/12')];
    expect(memory.readsFor(['almaty'], 'KZ1', own).map(({ request }) => request.path)).toEqual(['/kkms/1']);
    expect(memory.readsFor(['astana'], 'KZ1', [])).toEqual([]);
  });

  test('are no changes', () => {
    const memory = createRecordingMemory();
    memory.remember('KZ1', [exchange({ effect: 'change' }), exchange({ effect: 'document' })]);
    expect(memory.readsFor(['almaty'], 'KZ1', [])).toEqual([]);
  });
});
