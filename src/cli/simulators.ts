import { isDeepStrictEqual } from 'node:util';
import type { Config } from '#config.ts';
import { systemClock } from '#core/clock.ts';
import type { Log } from '#core/log.ts';
import * as definitions from '#sandbox/index.ts';
import { type RunningSimulator, startSimulator } from '#sandbox/server.ts';
import type { SimulatorDefinition, SimulatorSeed } from '#sandbox/simulator.ts';

type Live = { readonly seed: SimulatorSeed; readonly server: RunningSimulator };

/** Where one vendor is played, and for which accounts. */
export type SimulatorAddress = {
  readonly kind: string;
  readonly baseUrl: string;
  readonly accounts: readonly string[];
};

/** One simulator for every vendor kind that the configuration has an account of. */
export class Simulators {
  readonly #log: Log;
  #live = new Map<string, Live>();

  constructor(log: Log) {
    this.#log = log;
  }

  get addresses(): readonly SimulatorAddress[] {
    return [...this.#live].map(([kind, { seed, server }]) => ({
      kind,
      baseUrl: server.baseUrl,
      accounts: seed.accounts.map(({ name }) => name),
    }));
  }

  /** The `baseUrl` of every account, by its name. */
  get baseUrls(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      this.addresses.flatMap(({ baseUrl, accounts }) => accounts.map((name) => [name, baseUrl])),
    );
  }

  /** Plays the vendors of this configuration; one whose accounts and devices are the same remembers its state. */
  async apply(config: Config): Promise<void> {
    const before = this.#live;
    const live = new Map<string, Live>();
    for (const definition of Object.values<SimulatorDefinition>(definitions)) {
      const seed = seedOf(config, definition.kind);
      if (seed.accounts.length === 0) continue;
      const known = before.get(definition.kind);
      const keeps = known !== undefined && isDeepStrictEqual(known.seed, seed);
      live.set(definition.kind, keeps ? known : await this.#start(definition, seed));
    }
    this.#live = live;
    const gone = [...before].filter(([kind, { server }]) => live.get(kind)?.server !== server);
    await Promise.all(gone.map(([, { server }]) => server.close()));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#live.values()].map(({ server }) => server.close()));
  }

  async #start(definition: SimulatorDefinition, seed: SimulatorSeed): Promise<Live> {
    return { seed, server: await startSimulator(definition, seed, { clock: systemClock, log: this.#log }) };
  }
}

function seedOf({ vendors, devices }: Config, kind: string): SimulatorSeed {
  const accounts = Object.entries(vendors).filter(([, account]) => account.kind === kind);
  return {
    accounts: accounts.map(([name, config]) => ({
      name,
      config,
      devices: devices.flatMap((device) => [
        ...(device.vendor === name ? [device] : []),
        ...(device.backoffice?.vendor === name ? [backofficeOf(device, vendors)] : []),
      ]),
    })),
  };
}

/** The register as its back office knows it; what it sells depends on who the fiscal side is. */
function backofficeOf(
  { token, vendor, backoffice }: Config['devices'][number],
  vendors: Config['vendors'],
): Readonly<Record<string, unknown>> {
  return { token, ...backoffice, fiscal: vendors[vendor]?.kind };
}
