import { describe, expect, test } from 'vitest';
import { isPending, readEnvelope } from '#vendors/white-server/wire.ts';
import { AWAITING, COMMON, GUID, wsError } from './support.ts';

const complain = (code: string) => new Error(code) as never;
const read = (answer: unknown) => readEnvelope(answer, complain);

describe('readEnvelope', () => {
  test('reads what a task is known by, whether numbers are in quotes or not', () => {
    expect(read(COMMON)).toMatchObject({ taskGuid: GUID, objectId: '199990001', errors: [] });
    expect(
      read({ responseCommon: { taskGuid: ` ${GUID} `, objectId: '199990001', agentGuid: 'x' } }),
    ).toMatchObject({ taskGuid: GUID, objectId: '199990001' });
  });

  test('reads all four levels of errors from the surface down, whatever their order', () => {
    const error = {
      shError: { code: 210, desc: 'sh' },
      rkError: { code: '7', desc: 'rk' },
      agentError: { code: 'WsaHttpStatus' },
      wsError: { code: 'AgentError', extCode: 'x' },
    };
    expect(read({ error }).errors).toEqual([
      { level: 'ws_error', code: 'AgentError', extCode: 'x', desc: '' },
      { level: 'agent_error', code: 'WsaHttpStatus', extCode: null, desc: '' },
      { level: 'rk_error', code: '7', extCode: null, desc: 'rk' },
      { level: 'sh_error', code: '210', extCode: null, desc: 'sh' },
    ]);
  });

  test.each([
    {},
    { error: null },
    { error: {} },
    { error: { wsError: null, agentError: { code: '', desc: ' ' } } },
  ])('sees no error in %j', (answer) => {
    expect(read(answer).errors).toEqual([]);
  });

  test('sees an error that is nothing but a code or a text', () => {
    expect(read({ error: 'AuthFailed' }).errors).toMatchObject([{ level: 'ws_error', code: 'AuthFailed' }]);
    expect(read({ error: { wsError: { desc: 'no code' } } }).errors).toMatchObject([
      { code: '', desc: 'no code' },
    ]);
  });

  test.each([null, [], 'OK', 5])('does not take %j for an answer', (answer) => {
    expect(() => read(answer)).toThrow('wrong_type');
  });
});

describe('isPending', () => {
  test.each([AWAITING, { ...COMMON, ...AWAITING }, COMMON, {}, { taskResponse: null, ...COMMON, error: {} }])(
    'takes %j for a task on its way',
    (answer) => {
      expect(isPending(read(answer))).toBe(true);
    },
  );

  test.each([
    { taskResponse: {} },
    wsError('Timeout'),
    { error: { wsError: { code: 'AwaitingAnswer' }, agentError: { code: 'WsaCommandHandling' } } },
  ])('takes %j for the end of a task', (answer) => {
    expect(isPending(read(answer))).toBe(false);
  });
});
