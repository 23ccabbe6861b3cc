import { Type } from 'typebox';
import type { Call } from '#core/call.ts';
import { type Clock, delay } from '#core/clock.ts';
import { defineVendorAction } from '#domain/action.ts';
import { Agent } from './agent.ts';
import { failureOf } from './failures.ts';
import { toAgents } from './map.ts';
import type { Storehouse } from './storehouse.ts';
import type { Tasks } from './tasks.ts';

const PAUSE_MS = 200;

/** `GetAgentList`: synchronous, needs no restaurant. Asked for once more after a fault of the server itself. */
export async function readAgents(
  tasks: Tasks,
  clock: Clock,
  call: Call,
  showPersonalData: boolean,
): Promise<Agent[]> {
  const ask = () => tasks.send({ taskType: 'GetAgentList' }, { effect: 'read' }, call);
  let answer = await ask();
  const [error] = answer.envelope.errors;
  if (error?.code === 'InternalError' && clock.now() + PAUSE_MS < call.deadline) {
    await delay(clock, PAUSE_MS, call.signal);
    answer = await ask();
  }
  const failure = failureOf(answer.envelope, answer.status, tasks.http);
  if (failure) throw failure;
  return toAgents(answer.envelope.taskResponse, showPersonalData, answer.complain);
}

/** The restaurants' agents that this aggregator may use, and whether they are online. */
export const getAgents = defineVendorAction<Storehouse>()({
  address: 'white_server.storehouse',
  action: 'get_agents',
  target: { account: 'white-server' },
  effect: 'read',
  request: Type.Null(),
  reply: Type.Array(Agent),
  handle: (_data, { vendor, call, client }) => vendor.getAgents(call, client.seesPersonalData),
});
