import { createHash, randomUUID } from 'node:crypto';
import type { Clock } from '#core/clock.ts';
import type { SimulatorSeed } from './simulator.ts';

/** A token lives so long after its login, used or not. */
const TOKEN_LIFETIME_MS = 3_600_000;

type Session = { readonly login: string; readonly pass: string; readonly expiresMs: number };

/** What a login came to: a token, or why not. */
export type LoginOutcome = { readonly token: string } | { readonly refused: 'credentials' | 'no_slot' };

/**
 * Logins, tokens and the licence slots that they take. Every account has its own slots, as accounts are servers of
 * their own; a slot is free again after a logout or when its token has died.
 */
export class Licence {
  /** Slots of each account. */
  slots = 1;
  readonly #seed: SimulatorSeed;
  readonly #clock: Clock;
  readonly #sessions = new Map<string, Session>();

  constructor(seed: SimulatorSeed, clock: Clock) {
    this.#seed = seed;
    this.#clock = clock;
  }

  /** `pass` is the lower-case hexadecimal SHA-1 of the plain password. */
  login(login: string, pass: string): LoginOutcome {
    if (this.#accountsOf(login, pass).length === 0) return { refused: 'credentials' };
    const taken = this.#alive().filter((session) => session.login === login && session.pass === pass);
    if (taken.length >= this.slots) return { refused: 'no_slot' };
    const token = randomUUID();
    this.#sessions.set(token, { login, pass, expiresMs: this.#clock.now() + TOKEN_LIFETIME_MS });
    return { token };
  }

  /** Names of the accounts that a living token can see; undefined for any other. */
  accountsBehind(token: string | undefined): readonly string[] | undefined {
    const session = token === undefined ? undefined : this.#sessions.get(token);
    if (!session || session.expiresMs <= this.#clock.now()) return undefined;
    return this.#accountsOf(session.login, session.pass);
  }

  logout(token: string): void {
    this.#sessions.delete(token);
  }

  /** What a restart of the server does to everybody's token. */
  expireAll(): void {
    this.#sessions.clear();
  }

  taken(): number {
    return this.#alive().length;
  }

  free(): number {
    return this.slots * this.#seed.accounts.length - this.taken();
  }

  #alive(): Session[] {
    return [...this.#sessions.values()].filter(({ expiresMs }) => expiresMs > this.#clock.now());
  }

  #accountsOf(login: string, pass: string): string[] {
    return this.#seed.accounts
      .filter(({ config }) => config.login === login && sha1(String(config.password)) === pass)
      .map(({ name }) => name);
  }
}

function sha1(text: string): string {
  return createHash('sha1').update(text, 'utf8').digest('hex');
}
