import { Type } from 'typebox';
import { defineAction } from '#domain/action.ts';
import { BusStatus } from '#domain/bus-status.ts';

/** How the bus and the ways to its vendors are doing; no vendor is asked. */
export const getStatus = defineAction({
  address: 'bus.status',
  action: 'get_status',
  target: 'bus',
  effect: 'read',
  request: Type.Null(),
  reply: BusStatus,
  handle: (_data, { status }) => status(),
});
