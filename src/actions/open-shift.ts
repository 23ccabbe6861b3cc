import { defineChange } from '#domain/action.ts';
import { Ok } from './ok.ts';
import { ShiftChange } from './shift-change.ts';

/** Opens a shift at a register, whatever its vendor. */
export const openShift = defineChange({
  address: 'ik.service.token.shift',
  action: 'open_shift',
  target: 'register',
  request: ShiftChange,
  reply: Ok,
  change: ({ register }) => register.port.openShift,
});
