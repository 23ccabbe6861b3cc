import type { VendorState } from '#domain/vendor-state.ts';

/** What an account remembers, as JSON, with what was written in order. */
export function createMemoryState(): VendorState & { readonly values: Map<string, unknown> } {
  const values = new Map<string, unknown>();
  return {
    values,
    read: async (register, key) => values.get(`${register} ${key}`),
    async write(register, key, value) {
      if (value === undefined) values.delete(`${register} ${key}`);
      else values.set(`${register} ${key}`, JSON.parse(JSON.stringify(value)));
    },
  };
}
