import { isDeepStrictEqual } from 'node:util';
import { type Config, secretsOf } from '#config.ts';
import type { Clock } from '#core/clock.ts';
import type { Log } from '#core/log.ts';
import type { Account, Directory, Register } from '#domain/directory.ts';
import type { VendorDefinition } from '#domain/vendor-definition.ts';
import type { VendorState } from '#domain/vendor-state.ts';
import type { AccountHealth } from '#outbound/account-http.ts';
import { createGate, type Gate } from '#outbound/gate.ts';
import { type AccountHttp, createHttpClient } from '#outbound/http-client.ts';

/** The largest answer of a vendor that is read (bytes). */
const MAX_RESPONSE_BYTES = 32 * 1024 * 1024;

/** Steps of a change follow each other at once: after such a pause none is under way that a logout would disturb. */
const QUIET_MS = 1000;
/** Longer than any vendor lets pass before it asks again what has become of a change. */
const LONG_QUIET_MS = 10_000;
/** Whatever goes on for longer at an account that is not configured any more is given up. */
const MAX_RETIRING_MS = 120_000;

type AccountConfig = Config['vendors'][string];

type LiveAccount = Account & { readonly config: AccountConfig; readonly http: AccountHttp };

export type AccountsOptions = {
  readonly vendors: readonly VendorDefinition[];
  /** What an account has to remember between restarts. */
  readonly stateOf: (account: string) => VendorState;
  readonly clock: Clock;
  readonly log: Log;
};

/** The configured accounts, alive, and the directory that finds them. */
export class Accounts {
  readonly #options: AccountsOptions;
  readonly #definitions: ReadonlyMap<string, VendorDefinition>;
  #live = new Map<string, LiveAccount>();
  /** Not configured any more, but not closed yet. */
  readonly #retiring = new Map<LiveAccount, { stop(): void; ended: Promise<void> }>();
  /**
   * By account and address: the vendor counts the requests of an account that is retiring and those of its successor
   * together. Kept for good, since one may come back.
   */
  readonly #gates = new Map<string, Gate>();

  constructor(options: AccountsOptions) {
    this.#options = options;
    this.#definitions = new Map(options.vendors.map((vendor) => [vendor.kind, vendor]));
  }

  /**
   * Brings the accounts to what the configuration says: an account whose section is unchanged keeps its sessions and
   * connections, others begin anew, and those that left are closed once what began there has ended.
   */
  apply(config: Config): Directory {
    const before = this.#live;
    this.#live = new Map(
      Object.entries(config.vendors).map(([name, section]) => {
        const known = before.get(name);
        const keeps = known !== undefined && isDeepStrictEqual(known.config, section);
        return [name, keeps ? known : this.#begin(name, section)];
      }),
    );
    const gone = [...before.values()].filter((account) => this.#live.get(account.name) !== account);
    for (const account of gone) this.#retire(account);
    for (const { name, http } of this.#live.values()) http.keepSecrets(this.#secretsOf(name, config));
    return this.#directory(config);
  }

  /** Logs out of every vendor and lets its connections go. */
  async close(): Promise<void> {
    const retiring = [...this.#retiring.values()];
    for (const { stop } of retiring) stop();
    const live = [...this.#live.values()].map((account) => this.#end(account));
    await Promise.all([...live, ...retiring.map(({ ended }) => ended)]);
  }

  /** Of the account and its registers, be they its for their own figures or for those of the back office. */
  #secretsOf(name: string, config: Config): readonly string[] {
    const section = config.vendors[name];
    const devices = config.devices.filter(({ vendor, backoffice }) =>
      [vendor, backoffice?.vendor].includes(name),
    );
    const own = { ...config, vendors: section ? { [name]: section } : {}, devices, clients: [] };
    return secretsOf(own, this.#options.vendors);
  }

  #begin(name: string, config: AccountConfig): LiveAccount {
    const definition = this.#definitions.get(config.kind);
    if (!definition) throw new Error(`no vendor of kind ${config.kind}`);
    const { clock } = this.#options;
    const log = this.#options.log.child({ vendor: config.kind, account: name });
    const { baseUrl, timeoutMs, concurrency, perSecond, ca, tlsVerify, headers } = config;
    const options = {
      vendor: config.kind,
      account: name,
      baseUrl,
      timeoutMs,
      concurrency,
      ...(perSecond === undefined ? {} : { perSecond }),
      ...(ca === undefined ? {} : { ca }),
      tlsVerify,
      headers,
      maxResponseBytes: MAX_RESPONSE_BYTES,
      clock,
      log,
    };
    const http = createHttpClient(options, this.#gateOf(name, config));
    const vendor = definition.create({
      account: name,
      config,
      http,
      state: this.#options.stateOf(name),
      clock,
      log,
    });
    const forward = (config.forward ?? []) as Account['forward'];
    return { name, kind: config.kind, vendor, forward, config, http };
  }

  /** With the limits of the section, also for what still goes on under an earlier one. */
  #gateOf(name: string, { baseUrl, concurrency, perSecond }: AccountConfig): Gate {
    const key = JSON.stringify([name, baseUrl]);
    const limits = { concurrency, perSecond };
    const gate = this.#gates.get(key) ?? createGate({ ...limits, clock: this.#options.clock });
    this.#gates.set(key, gate);
    gate.limit(limits);
    return gate;
  }

  #retire(account: LiveAccount): void {
    const abort = new AbortController();
    const stop = () => abort.abort();
    const timer = this.#options.clock.setTimeout(stop, MAX_RETIRING_MS);
    const ended = this.#end(account, abort.signal).finally(() => {
      timer.cancel();
      this.#retiring.delete(account);
    });
    this.#retiring.set(account, { stop, ended });
  }

  /** At once, or, until the signal is aborted, as soon as it is quiet. */
  async #end({ name, vendor, http }: LiveAccount, signal: AbortSignal = AbortSignal.abort()): Promise<void> {
    try {
      await http.quiet(QUIET_MS, signal).catch(() => undefined);
      await vendor.close();
      await http.quiet(LONG_QUIET_MS, signal).catch(() => undefined);
      await http.close();
    } catch (error) {
      this.#options.log.warn({ account: name, error }, 'an account did not close cleanly');
    }
  }

  /** How the accounts' vendors are doing, in the file's order. */
  health(): readonly (AccountHealth & Pick<Account, 'name' | 'kind'>)[] {
    return [...this.#live.values()].map(({ name, kind, http }) => ({ name, kind, ...http.health() }));
  }

  #directory(config: Config): Directory {
    const registers = config.devices.flatMap((device): [string, Register][] => {
      const account = this.#live.get(device.vendor);
      if (!account) return [];
      // The configuration's check has matched the device's keys with the kind of its account.
      const port = account.vendor.register(device as never);
      const backoffice = this.#backoffice(device);
      return [
        [device.token, { token: device.token, account, port, device, ...(backoffice && { backoffice }) }],
      ];
    });
    return {
      accounts: this.#live,
      registers: new Map(registers),
      groups: new Map(Object.entries(config.groups)),
    };
  }

  /** The same register at the vendor of its back office. */
  #backoffice({ token, backoffice }: Config['devices'][number]): Register['backoffice'] {
    const account = backoffice && this.#live.get(backoffice.vendor);
    return account && { account, port: account.vendor.register({ token, ...backoffice } as never) };
  }
}
