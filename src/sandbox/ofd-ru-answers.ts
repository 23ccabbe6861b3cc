import type { SimulatedResponse } from './simulator.ts';

const ELAPSED = '00:00:00.4870790';

/** 002_… 2: the envelope of a success; `data` undefined leaves only the state of the request. */
export function success(data?: unknown): SimulatedResponse {
  const body = { Status: 'Success', ...(data === undefined ? {} : { Data: data }), Elapsed: ELAPSED };
  return { status: 200, body };
}

/** 3.2, 4, 5.2, 6.1, 6.3: no envelope. */
export function bare(body: unknown): SimulatedResponse {
  return { status: 200, body };
}

/** 002_… 2: the envelope of a failure; its status is nowhere documented. */
export function failed(name: string, status = 400): SimulatedResponse {
  return { status, body: { Errors: [name], Status: 'Failed', Elapsed: ELAPSED } };
}

/** UTC without saying so, whole seconds. */
export function naiveUtc(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 19);
}
