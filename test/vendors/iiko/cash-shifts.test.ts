import { expect, test } from 'vitest';
import type { HttpClient } from '#core/http-client.ts';
import { createCashShifts } from '#vendors/iiko/cash-shifts.ts';
import type { ServerApi } from '#vendors/iiko/server-api.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { complain, createCall, HTTP, liveShift } from './support.ts';

test('a list that a thousand registers share is looked through once', async () => {
  const clock = createFakeClock(Date.parse('2026-01-31T12:00:00Z'));
  const REGISTERS = 1000;
  let looks = 0;
  const rows = Array.from({ length: REGISTERS }, (_, index) => ({
    ...liveShift({ sessionNumber: index }),
    get cashRegNumber() {
      looks += 1;
      return index;
    },
  }));
  const api = {
    http: HTTP as HttpClient,
    zone: 'Europe/Moscow',
    ask: async (_question: unknown, _call: unknown, read: (body: unknown, say: unknown) => unknown) =>
      read(rows, complain),
  } as unknown as ServerApi;
  const shifts = createCashShifts(api, clock);
  const found = await Promise.all(
    rows.map((_, cashRegister) =>
      shifts.findOpenShift({ cashRegister, pointOfSale: undefined }, createCall(clock)),
    ),
  );
  expect(found.map(({ session_number }) => session_number)).toEqual(rows.map((_, index) => index));
  // Once to sort it, and once more for each shift that is read as a whole.
  expect(looks).toBeLessThan(5 * REGISTERS);
});
