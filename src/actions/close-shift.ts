import { Failure } from '#core/failure.ts';
import { defineAction } from '#domain/action.ts';
import { Report } from '#domain/report.ts';
import { ShiftChange } from './shift-change.ts';

/** Closes the shift and answers its Z report. Upstreams of our own protocol do it; of the other vendors none can yet. */
export const closeShift = defineAction({
  address: 'ik.service.token.shift',
  action: 'close_shift',
  target: 'register',
  effect: 'change',
  request: ShiftChange,
  reply: Report,
  handle() {
    throw new Failure('BUS_UNSUPPORTED_ACTION');
  },
});
