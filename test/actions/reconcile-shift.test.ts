import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { Failure } from '#core/failure.ts';
import type { RegisterPort } from '#domain/vendor.ts';
import { fakeAccount, fakeDirectory, fakeRegister, fakeRouter } from './fake-directory.ts';
import { fakeReport, hangs } from './fake-report.ts';

const almaty = fakeAccount('almaty', 'kassa24');
const office = fakeAccount('office', 'iiko');
const minsk = fakeAccount('minsk', 'tsrv', { forward: () => Promise.resolve('forwarded') });

const FISCAL = fakeReport('KZT', { sales_sum: '5.00' });
const BOOKED = fakeReport('KZT', { sales_sum: '7.00' });

const reports = (report: typeof FISCAL): RegisterPort => ({ getXReport: () => Promise.resolve(report) });

function openBus(port: RegisterPort, backoffice?: RegisterPort, account = almaty, device = {}) {
  const register = fakeRegister('R1', account, port, device);
  const bound = backoffice ? { ...register, backoffice: { account: office, port: backoffice } } : register;
  const { ask, clock } = fakeRouter(fakeDirectory([almaty, office, minsk], [bound]));
  const reconcile = async (headers = {}) => {
    const outcome = await ask('bus.reports', { action: 'reconcile_shift', token: 'R1', ...headers });
    if (outcome instanceof Failure) throw outcome;
    return outcome.data;
  };
  return { reconcile, clock };
}

describe('a shift is reconciled', () => {
  test('between its own vendor and the back office', async () => {
    expect(await openBus(reports(FISCAL), reports(BOOKED)).reconcile()).toEqual({
      token: 'R1',
      currency: 'KZT',
      matched: false,
      fiscal: { vendor: 'almaty', report: FISCAL },
      backoffice: { vendor: 'office', report: BOOKED },
      figures: [
        {
          figure: 'sales_sum',
          fiscal: '5.00',
          backoffice: '7.00',
          difference: '-2.00',
          matched: false,
          reason: null,
        },
      ],
    });
  });

  test('here, also where the register speaks our own protocol', async () => {
    const { reconcile } = openBus(reports(FISCAL), reports(FISCAL), minsk);
    expect(await reconcile()).toMatchObject({ matched: true, fiscal: { vendor: 'minsk' } });
  });

  test('with a side that failed, in its place', async () => {
    const failure = new Failure('AVQFR_SHIFT_IS_CLOSED');
    const { reconcile } = openBus(reports(FISCAL), { getXReport: () => Promise.reject(failure) });
    expect(await reconcile()).toMatchObject({
      matched: null,
      fiscal: { report: FISCAL },
      backoffice: {
        vendor: 'office',
        error: { name: 'AVQFR_SHIFT_IS_CLOSED', description: failure.description },
      },
      figures: [
        { fiscal: '5.00', backoffice: null, reason: 'учётная система не дала отчёта: AVQFR_SHIFT_IS_CLOSED' },
      ],
    });
  });

  test('with a side that cannot report', async () => {
    expect(await openBus(reports(FISCAL), {}).reconcile()).toMatchObject({
      backoffice: { error: { name: 'BUS_UNSUPPORTED_ACTION' } },
    });
  });

  test('as far as it is known when the time is over', async () => {
    const { reconcile, clock } = openBus({ getXReport: hangs }, reports(BOOKED));
    const answer = reconcile({ timeout: '500' });
    await setImmediate();
    clock.advance(500);
    expect(await answer).toMatchObject({
      matched: null,
      fiscal: { error: { name: 'BUS_TIMEOUT' } },
      backoffice: { report: BOOKED },
    });
    expect(clock.pending).toBe(0);
  });
});

describe('a shift is not reconciled', () => {
  test('without a back office, and the missing key is named', async () => {
    await expect(openBus(reports(FISCAL)).reconcile()).rejects.toThrow(
      /^BUS_UNSUPPORTED_ACTION: .*backoffice/,
    );
  });

  test('for a client without a PIN session', async () => {
    const { reconcile } = openBus(reports(FISCAL), reports(FISCAL), almaty, { pin: '1234' });
    await expect(reconcile()).rejects.toThrow('AVQFR_SESSION_NOT_AUTHORIZED');
  });
});
