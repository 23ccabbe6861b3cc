import type { Action } from '#domain/action.ts';

/** The dispatch table: `address` and `headers.action` → action. */
export class ActionTable {
  readonly #byAddress = new Map<string, Map<string, Action>>();

  constructor(actions: readonly Action[]) {
    for (const action of actions) {
      const atAddress = this.#byAddress.get(action.address) ?? new Map<string, Action>();
      this.#byAddress.set(action.address, atAddress.set(action.action, action));
    }
  }

  /** Has this address any action? */
  has(address: string): boolean {
    return this.#byAddress.has(address);
  }

  find(address: string, action: string): Action | undefined {
    return this.#byAddress.get(address)?.get(action);
  }
}
