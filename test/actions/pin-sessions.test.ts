import { describe, expect, test } from 'vitest';
import { MemoryPinSessions } from '#actions/pin-sessions.ts';
import { Failure } from '#core/failure.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { fakeAccount, fakeRegister } from './fake-directory.ts';

const HOUR = 3_600_000;
const account = fakeAccount('almaty', 'kassa24');
const register = fakeRegister('KZ1', account, {}, { pin: '1234' });
const open = fakeRegister('KZ2', account);

function told(work: () => void): string {
  try {
    work();
    return 'ok';
  } catch (error) {
    return error instanceof Failure ? error.name : String(error);
  }
}

function sessions() {
  const clock = createFakeClock(0);
  const pins = new MemoryPinSessions({ clock, idleMs: 12 * HOUR });
  return {
    clock,
    check: (client = 'pos-1') => told(() => pins.check(client, register)),
    authorize: (pin: string, client = 'pos-1') => told(() => pins.authorize(client, register, pin)),
    logout: () => told(() => pins.logout('pos-1', register)),
    pins,
  };
}

describe('a PIN session', () => {
  test('lets through after authorize, and not after logout', () => {
    const { check, authorize, logout } = sessions();
    expect(check()).toBe('AVQFR_SESSION_NOT_AUTHORIZED');
    expect(authorize('1234')).toBe('ok');
    expect(check()).toBe('ok');
    expect(authorize('1234')).toBe('AVQFR_SESSION_ALREADY_AUTHORIZED');
    expect(logout()).toBe('ok');
    expect(check()).toBe('AVQFR_SESSION_NOT_AUTHORIZED');
    expect(logout()).toBe('AVQFR_SESSION_NOT_AUTHORIZED');
  });

  test('belongs to its client', () => {
    const { check, authorize } = sessions();
    authorize('1234');
    expect(check('pos-2')).toBe('AVQFR_SESSION_NOT_AUTHORIZED');
  });

  test('ends when it was not used for twelve hours, and use prolongs it', () => {
    const { check, authorize, clock } = sessions();
    authorize('1234');
    clock.advance(11 * HOUR);
    expect(check()).toBe('ok');
    clock.advance(11 * HOUR);
    expect(check()).toBe('ok');
    clock.advance(12 * HOUR);
    expect(check()).toBe('AVQFR_SESSION_NOT_AUTHORIZED');
  });

  test('is locked for a minute after five wrong PINs in a row, then for two, up to an hour', () => {
    const { authorize, clock } = sessions();
    for (let attempt = 0; attempt < 5; attempt++) expect(authorize('0000')).toBe('AVQFR_BAD_KEY_AUTH_DATA');
    expect(authorize('1234')).toBe('BUS_RATE_LIMITED');
    clock.advance(60_000);
    expect(authorize('0000')).toBe('AVQFR_BAD_KEY_AUTH_DATA');
    clock.advance(60_000);
    expect(authorize('1234')).toBe('BUS_RATE_LIMITED');
    clock.advance(60_000);
    for (let minutes = 4; minutes <= 128; minutes *= 2) {
      expect(authorize('0000')).toBe('AVQFR_BAD_KEY_AUTH_DATA');
      clock.advance(Math.min(minutes, 60) * 60_000);
    }
    expect(authorize('1234')).toBe('ok');
  });

  test('is forgiven its wrong attempts by a right one', () => {
    const { authorize, logout } = sessions();
    for (let round = 0; round < 3; round++) {
      for (let attempt = 0; attempt < 4; attempt++) authorize('0000');
      expect(authorize('1234')).toBe('ok');
      logout();
    }
  });

  test('is not needed where the register has no PIN', () => {
    const { pins } = sessions();
    expect(told(() => pins.check('pos-1', open))).toBe('ok');
    expect(told(() => pins.authorize('pos-1', open, 'any'))).toBe('ok');
    expect(told(() => pins.logout('pos-1', open))).toBe('ok');
  });
});
