import * as commonActions from '#actions/index.ts';
import { MemoryPinSessions } from '#actions/pin-sessions.ts';
import type { RoutedRequest } from '#actions/routed-request.ts';
import { Router } from '#actions/router.ts';
import { VendorCalls, type VendorCallsOptions } from '#actions/vendor-calls.ts';
import { createXReports } from '#actions/x-reports.ts';
import { Failure } from '#core/failure.ts';
import { silentLog } from '#core/log.ts';
import type { Headers } from '#core/message.ts';
import type { ActionClient } from '#domain/action.ts';
import type { Account, Directory, Register } from '#domain/directory.ts';
import type { CommonDevice, RegisterPort, Vendor } from '#domain/vendor.ts';
import { createJoinedReads } from '#outbound/joined-reads.ts';
import { createFakeClock } from '../support/fake-clock.ts';

export function fakeAccount(name: string, kind: string, vendor: Partial<Vendor> = {}): Account {
  const whole: Vendor = { register: () => ({}), close: () => Promise.resolve(), ...vendor };
  return { name, kind, vendor: whole, forward: [] };
}

export function fakeRegister(
  token: string,
  account: Account,
  port: RegisterPort = {},
  device: Partial<CommonDevice> = {},
): Register {
  return { token, account, port, device: { token, vendor: account.name, ...device } };
}

export function fakeDirectory(
  accounts: readonly Account[],
  registers: readonly Register[],
  groups: Readonly<Record<string, readonly string[]>> = {},
): Directory {
  return {
    accounts: new Map(accounts.map((account) => [account.name, account])),
    registers: new Map(registers.map((register) => [register.token, register])),
    groups: new Map(Object.entries(groups)),
  };
}

export const everybody: ActionClient = {
  name: 'anonymous',
  seesPersonalData: false,
  seesAllJobs: false,
  permits: () => true,
};

const missing = () => Promise.reject(new Failure('BUS_JOB_NOT_FOUND'));
const noJobs = {
  check: () => Promise.resolve(),
  order: missing,
  wait: missing,
  cancel: missing,
  get: missing,
  list: missing,
};

/** Carries a change out without a journal. */
const sendOnly: VendorCallsOptions['operations'] = {
  async run({ change, data }, call) {
    const context = { call, showPersonalData: false, isDoubtful: false, operation: 'x' };
    const prepared = await change.prepare(data, context, undefined);
    return 'answer' in prepared ? prepared.answer : change.send(data, prepared.evidence, context);
  },
};

/** A router over the common actions, with a clock that is moved by hand. */
export function fakeRouter(directory: Directory) {
  const clock = createFakeClock(0);
  const calls = new VendorCalls({
    stopped: new AbortController().signal,
    clock,
    joinedReads: createJoinedReads(),
    operations: sendOnly,
    jobs: noJobs,
  });
  const router = new Router({
    actions: Object.values(commonActions),
    directory: () => directory,
    pins: new MemoryPinSessions({ clock, idleMs: 43_200_000 }),
    calls,
    xReports: createXReports({ calls, clock, log: silentLog }),
    tolerance: '0.00',
    status: () => ({ version: '1.2.3', engine: 'local', listeners: [], vendors: [] }),
    jobs: noJobs,
    log: silentLog,
    version: '1.2.3',
  });
  const ask = (
    address: string,
    headers: Headers,
    body: unknown = null,
    more: Partial<RoutedRequest> = {},
  ): Promise<{ data: unknown } | Failure> =>
    new Promise((resolve) => {
      const signal = new AbortController().signal;
      const request = { address, headers, body, replyAddress: null, client: everybody, signal };
      router.handle({ ...request, exchanges: [], admit: () => undefined, ...more }, resolve);
    });
  return { router, clock, ask };
}
