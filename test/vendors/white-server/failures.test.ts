import { describe, expect, test } from 'vitest';
import type { Failure } from '#core/failure.ts';
import { failureOf as failureOfEnvelope } from '#vendors/white-server/failures.ts';
import { createTasks } from '#vendors/white-server/tasks.ts';
import { readEnvelope } from '#vendors/white-server/wire.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { COMMON, createCall, createScriptedHttp, failureOf, HTTP, json, wsError } from './support.ts';

function failed(answer: unknown): Failure | undefined {
  const envelope = readEnvelope(answer, () => new Error('unreadable') as never);
  return failureOfEnvelope(envelope, 200, HTTP);
}

describe('failureOf', () => {
  test.each([
    ['BadRequest', 'VENDOR_REJECTED'],
    ['AuthFailed', 'VENDOR_AUTH_FAILED'],
    ['License', 'VENDOR_AUTH_FAILED'],
    ['WsAgentNotSelected', 'VENDOR_REJECTED'],
    ['NotFound', 'VENDOR_REJECTED'],
    ['AgentError', 'VENDOR_REJECTED'],
    ['Timeout', 'VENDOR_TIMEOUT'],
    ['TaskLimitExceeded', 'VENDOR_RATE_LIMITED'],
    ['InternalError', 'VENDOR_UNAVAILABLE'],
    ['constructor', 'VENDOR_REJECTED'],
    ['SomethingNew', 'VENDOR_REJECTED'],
  ])('calls the wsError %s %s', (code, name) => {
    expect(failed(wsError(code))).toMatchObject({
      name,
      details: { ...HTTP, status: 200, code, errors: { ws_error: { code, desc: '' } } },
    });
  });

  test.each([
    ['agentError', 'agent_error', { code: 'WsaCommandNotSupported', desc: 'not supported' }],
    ['rkError', 'rk_error', { code: 7, desc: 'rk' }],
    ['shError', 'sh_error', { code: 210, desc: 'sh error' }],
  ])('calls any %s a refusal, in its own words', (key, level, error) => {
    const failure = failed({ ...COMMON, error: { wsError: { code: 'AgentError' }, [key]: error } });
    expect(failure).toMatchObject({
      name: 'VENDOR_REJECTED',
      details: {
        code: String(error.code),
        message: error.desc,
        errors: {
          ws_error: { code: 'AgentError', desc: '' },
          [level]: { code: String(error.code), desc: error.desc },
        },
      },
    });
    expect(failure?.description).toContain(error.desc);
  });

  test('shows the deepest of several and keeps them all', () => {
    const error = {
      wsError: { code: 'Timeout' },
      agentError: { code: 'WsaHttpStatus', desc: 'a' },
      rkError: { code: '1', desc: 'r' },
      shError: { code: 2, desc: 's' },
    };
    const failure = failed({ error });
    expect(failure).toMatchObject({ name: 'VENDOR_REJECTED', details: { code: '2', message: 's' } });
    expect(failure).toMatchObject({
      details: { errors: { ws_error: {}, agent_error: {}, rk_error: {}, sh_error: {} } },
    });
  });

  test('tells which licence is missing', () => {
    expect(failed(wsError('License', { extCode: 'WsProduct' }))).toMatchObject({
      description: expect.stringContaining('WsProduct'),
      details: { message: 'WsProduct', errors: { ws_error: { ext_code: 'WsProduct' } } },
    });
  });

  test('finds nothing wrong where nothing is', () => {
    expect(failed({ ...COMMON, taskResponse: {} })).toBeUndefined();
  });
});

describe('createTasks', () => {
  const clock = createFakeClock(0);
  const send = (status: number, text: string, type = 'text/html') => {
    const http = createScriptedHttp({ status, headers: { 'content-type': type }, text });
    return createTasks(http, 'x').send({ taskType: 'GetAgentList' }, { effect: 'read' }, createCall(clock));
  };

  test.each([
    [401, 'VENDOR_AUTH_FAILED'],
    [429, 'VENDOR_RATE_LIMITED'],
    [500, 'VENDOR_UNAVAILABLE'],
    [503, 'VENDOR_UNAVAILABLE'],
  ])('calls HTTP %s %s, since White Server itself always says 200', async (status, name) => {
    expect(await failureOf(send(status, '<html>secret</html>'))).toMatchObject({
      name,
      details: { status, code: String(status), message: '' },
    });
  });

  test.each([
    [403, 'VENDOR_REJECTED'],
    [404, 'VENDOR_REJECTED'],
    [302, 'VENDOR_BAD_RESPONSE'],
  ])('calls HTTP %s %s, but a page the word of somebody who stands before it', async (status, name) => {
    const words = send(status, 'no', 'text/plain');
    expect(await failureOf(words)).toMatchObject({ name, details: { status, code: String(status) } });
    expect(await failureOf(send(status, '<html>secret</html>'))).toMatchObject({
      name: 'VENDOR_BAD_RESPONSE',
      details: { status, code: 'html' },
    });
  });

  test('believes White Server where it explains another status', async () => {
    const answer = await send(403, JSON.stringify(wsError('AuthFailed')), 'application/json');
    expect(answer).toMatchObject({ status: 403, envelope: { errors: [{ code: 'AuthFailed' }] } });
  });

  test.each([
    ['<html>', 'html'],
    ['', 'empty'],
    ['{"responseCommon":{', 'not_json'],
    ['"OK"', 'wrong_type'],
  ])('does not take %j for an answer', async (text, code) => {
    expect(await failureOf(send(200, text, 'application/json'))).toMatchObject({
      name: 'VENDOR_BAD_RESPONSE',
      details: { code },
    });
  });

  test('takes 202 for 200', async () => {
    const http = createScriptedHttp(json(COMMON, 202));
    const answer = await createTasks(http, 'x').send(
      { taskType: 'x' },
      { effect: 'read' },
      createCall(clock),
    );
    expect(answer.envelope.taskGuid).toBe(COMMON.responseCommon.taskGuid);
  });
});
