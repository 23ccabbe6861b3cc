import { defineChange } from '#domain/action.ts';
import { Report } from '#domain/report.ts';
import { ShiftChange } from './shift-change.ts';

/** Closes the shift of a register, whatever its vendor, and answers its Z report. */
export const closeShift = defineChange({
  address: 'ik.service.token.shift',
  action: 'close_shift',
  target: 'register',
  request: ShiftChange,
  reply: Report,
  change: ({ register }) => register.port.closeShift,
});
