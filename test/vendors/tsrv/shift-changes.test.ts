import { describe, expect, test } from 'vitest';
import type { Call } from '#core/call.ts';
import { Failure } from '#core/failure.ts';
import type { HttpRequest } from '#core/http.ts';
import type { HttpClient } from '#core/http-client.ts';
import type { ChangeContext } from '#domain/change.ts';
import { forwardedChange } from '#vendors/tsrv/shift-changes.ts';

const SHIFT = 'ik.service.token.shift';
const CALL: Call = {
  deadline: 1,
  signal: new AbortController().signal,
  exchanges: [],
  traceparent: undefined,
};
const CONTEXT: ChangeContext = { call: CALL, showPersonalData: false, isDoubtful: false, operation: 'x' };

/** What the upstream answers to `get_x_report`: an open shift's number, or an error's name. */
type Answer = number | string;

function message(answer: Answer): unknown {
  return typeof answer === 'number'
    ? { type: 'send', data: { number: answer, company_name: 'ИП Моров А.М.', cashier: null, sales_count: 3 } }
    : { type: 'error', data: { name: answer, description: 'x' } };
}

/** An upstream that gives these answers in turn, the last one for ever. */
function upstream(...answers: readonly Answer[]): HttpClient & { readonly requests: HttpRequest[] } {
  const requests: HttpRequest[] = [];
  return {
    vendor: 'tsrv',
    account: 'minsk',
    requests,
    async send(request) {
      const answer = answers[Math.min(requests.length, answers.length - 1)] ?? 'none';
      requests.push(request);
      return { status: 200, headers: {}, text: JSON.stringify(message(answer)) };
    },
  };
}

function changeAt(http: HttpClient, action: string, address = SHIFT) {
  return forwardedChange(http, {
    address,
    replyAddress: 'r',
    data: { a: 1 },
    headers: { action, token: 'AVQ1' },
  });
}

async function settled(action: string, before: Answer, after: Answer): Promise<unknown> {
  const http = upstream(before, after);
  const change = changeAt(http, action);
  const prepared = await change.prepare(null, CONTEXT, undefined);
  const evidence = 'evidence' in prepared ? JSON.parse(JSON.stringify(prepared.evidence)) : undefined;
  // Another process settles it, which knows no more than the journal does.
  const settlement = await changeAt(http, action).settle?.(evidence, CONTEXT);
  expect(http.requests.map(({ settling }) => settling)).toEqual([undefined, true]);
  if (typeof settlement === 'object' && 'refusal' in settlement) return settlement.refusal.name;
  return settlement;
}

const CLOSED = 'AVQFR_SHIFT_IS_CLOSED';
const UNTOLD = 'AVQFR_SESSION_NOT_AUTHORIZED';
const DONE = { answer: { result: 'Ok' } };
const LOST_REPORT = {
  answer: {
    cashier: null,
    close_date: null,
    company_name: 'ИП Моров А.М.',
    counters: null,
    device_id: null,
    first_sale_number: null,
    last_sale_number: null,
    number: 159,
    open_date: null,
    sales_count: null,
    tax_number: null,
    uid: null,
  },
};

describe('a lost close_shift', () => {
  test.each<[Answer, Answer, unknown]>([
    [159, CLOSED, LOST_REPORT],
    [159, 160, LOST_REPORT],
    [159, 159, 'not_done'],
    [159, UNTOLD, 'undecidable'],
    [CLOSED, CLOSED, CLOSED],
    [CLOSED, 160, 'undecidable'],
    [UNTOLD, CLOSED, 'undecidable'],
    [UNTOLD, 159, 'undecidable'],
  ])('of %s that is %s afterwards', async (before, after, expected) => {
    expect(await settled('close_shift', before, after)).toEqual(expected);
  });
});

describe('a lost open_shift', () => {
  test.each<[Answer, Answer, unknown]>([
    [CLOSED, 160, DONE],
    [CLOSED, CLOSED, 'not_done'],
    [159, 159, 'AVQFR_SHIFT_IS_OPENED'],
    [159, 160, 'undecidable'],
    [159, CLOSED, 'not_done'],
    [CLOSED, UNTOLD, 'undecidable'],
    [UNTOLD, 160, 'undecidable'],
  ])('after %s that is %s afterwards', async (before, after, expected) => {
    expect(await settled('open_shift', before, after)).toEqual(expected);
  });
});

describe('a repeat of what may have been done', () => {
  const doubtful = { ...CONTEXT, isDoubtful: true };
  const repeat = async (before: Answer, now: Answer) => {
    const http = upstream(before, now);
    const change = changeAt(http, 'close_shift');
    const prepared = await change.prepare(null, CONTEXT, undefined);
    const evidence = 'evidence' in prepared ? prepared.evidence : undefined;
    return change.prepare(null, doubtful, evidence);
  };

  test('keeps what was written down at the first attempt', async () => {
    expect(await repeat(159, 159)).toMatchObject({ evidence: { before: { open: { number: 159 } } } });
  });

  test('is answered without being sent when it turns out to be done', async () => {
    expect(await repeat(159, 160)).toEqual(LOST_REPORT);
  });

  test('is not sent while nothing can be told', async () => {
    await expect(repeat(159, UNTOLD)).rejects.toMatchObject({ name: 'VENDOR_OUTCOME_UNKNOWN' });
  });
});

describe('any other change', () => {
  test('is sent as it came, once, and cannot be settled', async () => {
    const http = upstream(7);
    const change = changeAt(http, 'create_sale', 'ik.service.token.sales.retail');
    expect(await change.prepare(null, CONTEXT, undefined)).toEqual({ evidence: null });
    await change.send(null, null, CONTEXT);
    expect(http.requests).toEqual([
      {
        method: 'POST',
        path: '/tsrv',
        effect: 'change',
        body: {
          type: 'send',
          address: 'ik.service.token.sales.retail',
          reply_address: 'r',
          data: { a: 1 },
          headers: { action: 'create_sale', token: 'AVQ1' },
        },
      },
    ]);
    expect(change.settle).toBeUndefined();
  });

  test('passes the words of the upstream on', async () => {
    const failure = await changeAt(upstream('TIN_NOT_ENOUGH_MONEY'), 'create_sale', 'ik.service.x')
      .send(null, null, CONTEXT)
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Failure);
    expect(failure).toMatchObject({ name: 'TIN_NOT_ENOUGH_MONEY', foreign: true });
  });

  test.each(['authorize', 'logout', 'change_pin_code'])('%s is not remembered', (action) => {
    expect(changeAt(upstream(7), action, 'ik.service.token.auth').isForgotten).toBe(true);
    expect(changeAt(upstream(7), 'create_sale', 'ik.service.x').isForgotten).toBeUndefined();
  });

  test.each([
    [400, 'VENDOR_OUTCOME_UNKNOWN'],
    [401, 'VENDOR_AUTH_FAILED'],
    [403, 'VENDOR_AUTH_FAILED'],
    [404, 'VENDOR_OUTCOME_UNKNOWN'],
    [429, 'VENDOR_RATE_LIMITED'],
    [502, 'VENDOR_OUTCOME_UNKNOWN'],
  ])('that is answered %i without a Message has failed with %s', async (status, name) => {
    for (const text of ['<html>', '{}']) {
      const http = { ...upstream(7), send: async () => ({ status, headers: {}, text }) };
      const sent = changeAt(http, 'create_sale', 'ik.service.x').send(null, null, CONTEXT);
      await expect(sent).rejects.toMatchObject({ name });
    }
  });
});
