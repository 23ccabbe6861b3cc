import type { Call } from '#core/call.ts';
import type { Agent } from './agent.ts';
import type { BillOfBalanceJob } from './bill-of-balance-job.ts';

/** What the actions of White Server work with: an account of it. */
export type Storehouse = {
  readonly billOfBalance: BillOfBalanceJob;
  getAgents(call: Call, showPersonalData: boolean): Promise<Agent[]>;
};
