import type { Call } from '#core/call.ts';
import { Failure } from '#core/failure.ts';
import type { Log } from '#core/log.ts';
import type { Action, ServiceHeaders } from '#domain/action.ts';
import type { Account, Directory, Register } from '#domain/directory.ts';
import { findUpstream, forwardedEffect, forwardingAccounts, toForwarded } from './forwarding.ts';
import { readKey } from './read-key.ts';
import { admit, type RoutedRequest } from './routed-request.ts';
import { readServiceHeaders } from './service-headers.ts';
import { deviations } from './validation.ts';
import type { VendorCalls } from './vendor-calls.ts';

/** Passes messages on to upstreams that speak our own protocol. */
export class Forwarder {
  readonly #calls: VendorCalls;
  readonly #log: Log;

  constructor({ calls, log }: { calls: VendorCalls; log: Log }) {
    this.#calls = calls;
    this.#log = log;
  }

  /** An action of ours at a register whose vendor speaks our protocol: its own rules hold, not ours. */
  async forwardKnown(
    request: RoutedRequest,
    headers: ServiceHeaders,
    action: Action,
    register: Register,
  ): Promise<unknown> {
    const data = await this.#forward(request, headers, action.action, register.account);
    const wrong = deviations(action.reply, data);
    if (wrong.length > 0) {
      const name = { address: action.address, action: action.action };
      this.#log.warn({ ...name, wrong }, 'an upstream answered in a shape of its own');
    }
    return action.amend ? action.amend(data, register) : data;
  }

  /** An action that is none of ours; `BUS_UNKNOWN_ACTION` where no upstream takes it. */
  forwardUnknown(request: RoutedRequest, directory: Directory, name: string): Promise<unknown> {
    const { address, client } = request;
    if (forwardingAccounts(directory, address, name).length === 0) {
      throw new Failure('BUS_UNKNOWN_ACTION', { description: `у адреса ${address} нет действия ${name}` });
    }
    const headers = readServiceHeaders(request.headers);
    const upstream = findUpstream(directory, address, name, headers, client);
    return this.#forward(request, headers, name, upstream);
  }

  #forward(
    request: RoutedRequest,
    headers: ServiceHeaders,
    action: string,
    account: Account,
  ): Promise<unknown> {
    admit(request);
    const { vendor } = account;
    const message = toForwarded(request);
    const { address, data } = message;
    const token = headers.token ?? null;
    const name = { address, action, account: account.name, token };
    if (forwardedEffect(action) === 'change' && vendor.forwardedChange) {
      const change = vendor.forwardedChange(message);
      return this.#calls.change(request, headers, { ...name, kind: account.kind, data, change });
    }
    const { action: _action, token: _token, ...others } = message.headers;
    const key = readKey(name, data, Object.keys(others).length > 0 ? others : undefined);
    const run = (call: Call) => vendor.forward?.(message, call) ?? Promise.resolve(null);
    return this.#calls.read(request, headers, { scope: token ?? account.name, key }, run);
  }
}
