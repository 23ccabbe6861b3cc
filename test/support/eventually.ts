import { vi } from 'vitest';

/** Far more than anything takes on a busy machine: a test that fails by it waits for what never comes. */
const GENEROUS_MS = 15_000;

/** Waits until the condition holds. */
export async function eventually(condition: () => unknown): Promise<void> {
  await vi.waitUntil(condition, { timeout: GENEROUS_MS });
}
