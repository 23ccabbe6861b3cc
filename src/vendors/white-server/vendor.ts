import { Type } from 'typebox';
import { defineVendor } from '#domain/vendor-definition.ts';
import { createBillOfBalanceJob } from './bill-of-balance-job.ts';
import { getAgents, readAgents } from './get-agents.ts';
import { getBillOfBalance } from './get-bill-of-balance.ts';
import type { Storehouse } from './storehouse.ts';
import { createTasks } from './tasks.ts';

const CONCURRENCY = 8;

/** White Server's own, in seconds. */
const AGENT_TIMEOUT = 120;

/** R-Keeper White Server, API v2, StoreHouse reports: 003_…. It reaches restaurants through their agents. */
export const whiteServer = defineVendor({
  kind: 'white-server',

  accountConfig: Type.Object(
    {
      baseUrl: Type.String({
        minLength: 1,
        default: 'https://ws.ucs.ru',
        description: "White Server's address; https://ws-test.ucs.ru is its test stand.",
      }),
      token: Type.String({
        pattern: '^[!-~]+$',
        writeOnly: true,
        description: "The aggregator's token; sent in the header AggregatorAuthentication.",
      }),
      tokenPrefix: Type.Optional(
        Type.String({
          pattern: '^[!-~]+$',
          description: 'A word to put before the token, `Token`; none when absent.',
        }),
      ),
      object_id: Type.Optional(
        Type.Integer({
          minimum: 1,
          description: "The restaurant's code in the licensing system, for requests that name none.",
        }),
      ),
      agent_timeout: Type.Integer({
        minimum: 1,
        maximum: 180,
        default: AGENT_TIMEOUT,
        description:
          'How long White Server waits for the restaurant (seconds), where a request does not say.',
      }),
    },
    { additionalProperties: false },
  ),

  // A White Server has restaurants, not cash registers.
  deviceConfig: Type.Object({}, { additionalProperties: false }),

  actions: [getBillOfBalance, getAgents],

  concurrency: CONCURRENCY,

  create({ config, http, clock }) {
    const { token, tokenPrefix, object_id: objectId, agent_timeout: agentTimeout } = config;
    const tasks = createTasks(http, tokenPrefix === undefined ? token : `${tokenPrefix} ${token}`);
    const billOfBalance = createBillOfBalanceJob({ tasks, clock, defaults: { objectId, agentTimeout } });
    const storehouse: Storehouse = {
      billOfBalance,
      getAgents: (call, showPersonalData) => readAgents(tasks, clock, call, showPersonalData),
    };
    return {
      ...storehouse,
      register: () => ({}),
      close: async () => billOfBalance.close(),
    };
  },
});
