import { type Account, tokensOf } from './accounts.ts';
import type { BusPorts } from './comparison.ts';
import { MeasuredProcess } from './measured-process.ts';

/** The `baseUrl` of every account, by its name. */
type BaseUrls = Readonly<Record<string, string>>;

/** A bus and the sandbox that it calls, each in a process of its own. */
export class SandboxedBus {
  readonly sandbox: MeasuredProcess<BaseUrls>;
  readonly bus: MeasuredProcess<BusPorts>;

  private constructor(sandbox: MeasuredProcess<BaseUrls>, bus: MeasuredProcess<BusPorts>) {
    this.sandbox = sandbox;
    this.bus = bus;
  }

  /** The group `all` holds every register. */
  static async start(accounts: readonly Account[]): Promise<SandboxedBus> {
    const sandbox = await MeasuredProcess.start<BaseUrls>('./sandbox-process.ts', { accounts });
    const vendors = accounts.map(({ name, config }) => [name, { ...config, baseUrl: sandbox.told[name] }]);
    const bus = await MeasuredProcess.start<BusPorts>('./bus-process.ts', {
      vendors: Object.fromEntries(vendors),
      devices: accounts.flatMap(({ devices }) => devices),
      groups: { all: accounts.flatMap(tokensOf) },
    });
    return new SandboxedBus(sandbox, bus);
  }

  baseUrlOf({ name }: Account): string {
    const baseUrl = this.sandbox.told[name];
    if (baseUrl === undefined) throw new Error(`nobody plays ${name}`);
    return baseUrl;
  }

  /** Disturbs every fitting request of the account from now on. */
  async disturb(account: Account, fault: Readonly<Record<string, unknown>>): Promise<void> {
    const response = await fetch(`${this.baseUrlOf(account)}/_sandbox/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ times: 0, ...fault }),
    });
    if (response.status !== 201) throw new Error(await response.text());
  }

  stop(): void {
    this.bus.stop();
    this.sandbox.stop();
  }
}
