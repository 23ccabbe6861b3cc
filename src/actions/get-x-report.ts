import { Type } from 'typebox';
import { Failure } from '#core/failure.ts';
import { defineAction } from '#domain/action.ts';
import { Report } from '#domain/report.ts';

/** The figures of a register's open shift, whatever its vendor. Nothing is printed. */
export const getXReport = defineAction({
  address: 'ik.service.token.shift',
  action: 'get_x_report',
  target: 'register',
  effect: 'read',
  request: Type.Null(),
  reply: Report,
  handle(_data, { register, call }) {
    if (!register.port.getXReport) throw new Failure('BUS_UNSUPPORTED_ACTION');
    return register.port.getXReport(call);
  },
});
