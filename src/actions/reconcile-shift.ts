import { Type } from 'typebox';
import { Failure } from '#core/failure.ts';
import { defineAction } from '#domain/action.ts';
import type { Account } from '#domain/directory.ts';
import type { ReportOutcome } from '#domain/x-reports.ts';
import { ReconciledFigure, reconcile } from './reconciliation.ts';
import { ToldFailure, ToldReport, toldFailure } from './report-outcome.ts';

const vendor = Type.String({ description: "the account's name" });

const Side = Type.Union([
  Type.Object({ vendor, report: ToldReport }, { additionalProperties: false }),
  Type.Object({ vendor, error: ToldFailure }, { additionalProperties: false }),
]);

function toSide({ name }: Account, outcome: ReportOutcome) {
  return 'report' in outcome
    ? { vendor: name, report: outcome.report }
    : { vendor: name, error: toldFailure(outcome.failure) };
}

/** The open shift of a register at its own vendor, compared with what the back office knows of it. */
export const reconcileShift = defineAction({
  address: 'bus.reports',
  action: 'reconcile_shift',
  target: 'register',
  effect: 'read',
  joinsParts: true,
  request: Type.Null(),
  reply: Type.Object(
    {
      token: Type.String(),
      currency: Type.Union([Type.String(), Type.Null()], {
        description: 'what the figures are counted in, unless their reason names another',
      }),
      matched: Type.Union([Type.Boolean(), Type.Null()], {
        description:
          'true: figures were compared, and all match; null: a side failed, or some money could not be compared',
      }),
      fiscal: Side,
      backoffice: Side,
      figures: Type.Array(ReconciledFigure, {
        description: 'what at least one side tells; those of further currencies come last',
      }),
    },
    { additionalProperties: false },
  ),
  async handle(_data, { register, xReports, tolerance, call }) {
    const { token, backoffice } = register;
    if (!backoffice) {
      const description = `у кассы ${token} нет учётной системы для сверки: в конфигурации не задан ключ backoffice (devices, token ${token})`;
      throw new Failure('BUS_UNSUPPORTED_ACTION', { description });
    }
    const sources = [register, { ...backoffice, token, isBackoffice: true } as const];
    const [fiscal, other] = await xReports.ask(sources, call);
    if (!fiscal || !other) throw new Failure('BUS_INTERNAL_ERROR');
    const { currency, matched, figures } = reconcile(fiscal, other, tolerance);
    const sides = { fiscal: toSide(register.account, fiscal), backoffice: toSide(backoffice.account, other) };
    return { token, currency, matched, ...sides, figures };
  },
});
