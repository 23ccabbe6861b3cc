import { Failure } from '#core/failure.ts';
import { defineAction } from '#domain/action.ts';
import { Ok } from './ok.ts';
import { ShiftChange } from './shift-change.ts';

/** Opens a shift. Upstreams of our own protocol do it; of the other vendors none can yet. */
export const openShift = defineAction({
  address: 'ik.service.token.shift',
  action: 'open_shift',
  target: 'register',
  effect: 'change',
  request: ShiftChange,
  reply: Ok,
  handle() {
    throw new Failure('BUS_UNSUPPORTED_ACTION');
  },
});
