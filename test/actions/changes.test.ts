import { describe, expect, test } from 'vitest';
import { ActionTable } from '#actions/action-table.ts';
import { findChange } from '#actions/changes.ts';
import * as commonActions from '#actions/index.ts';
import type { Change } from '#domain/change.ts';
import { fakeAccount, fakeDirectory, fakeRegister } from './fake-directory.ts';

const openShift = { prepare: () => Promise.reject(), send: () => Promise.reject() } as Change<
  never,
  never,
  never
>;
const actions = new ActionTable(Object.values(commonActions));
const named = { address: 'ik.service.token.shift', action: 'open_shift', account: 'almaty', token: 'KZ1' };

describe('what carries a change out that only the journal knows of', () => {
  test('is found by its register', () => {
    const account = fakeAccount('almaty', 'kassa24');
    const directory = fakeDirectory([account], [fakeRegister('KZ1', account, { openShift })]);
    expect(findChange(actions, directory, named)).toBe(openShift);
  });

  test('is found when the account was renamed', () => {
    const account = fakeAccount('astana', 'kassa24');
    const directory = fakeDirectory([account], [fakeRegister('KZ1', account, { openShift })]);
    expect(findChange(actions, directory, named)).toBe(openShift);
  });

  test('is not another account’s business that the register was given to', () => {
    const other = fakeAccount('astana', 'kassa24');
    const accounts = [fakeAccount('almaty', 'kassa24'), other];
    const directory = fakeDirectory(accounts, [fakeRegister('KZ1', other, { openShift })]);
    expect(findChange(actions, directory, named)).toBeUndefined();
  });

  test('is gone with the register', () => {
    const account = fakeAccount('almaty', 'kassa24');
    expect(findChange(actions, fakeDirectory([account], []), named)).toBeUndefined();
  });
});
