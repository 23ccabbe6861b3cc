import { type Static, Type } from 'typebox';
import { Failure } from '#core/failure.ts';
import type { ActionContext } from '#domain/action.ts';
import type { Register } from '#domain/directory.ts';
import type { ReportOutcome } from '#domain/x-reports.ts';
import { ToldFailure, ToldReport, toldFailure } from './report-outcome.ts';
import { checkAccount } from './targets.ts';

/** Thousands of rows about unknown registers must not name all the known ones each. */
const MAX_NAMED_TOKENS = 3;

/** What one register has answered. */
export const ReportRow = Type.Union([
  Type.Object(
    {
      token: Type.String(),
      vendor: Type.String({ description: "the account's name" }),
      report: ToldReport,
    },
    { additionalProperties: false },
  ),
  Type.Object(
    {
      token: Type.String(),
      vendor: Type.Union([Type.String(), Type.Null()], { description: 'null for an unknown register' }),
      error: ToldFailure,
    },
    { additionalProperties: false },
  ),
]);
export type ReportRow = Static<typeof ReportRow>;

type Context = ActionContext<'directory'>;

/** A register that may be asked, or why it may not. */
type Row = { readonly token: string } & (
  | { readonly vendor: string; readonly register: Register }
  | { readonly vendor: string | null; readonly failure: Failure }
);

/** Asks all the registers for their X at once; a row for each, in their order. */
export async function askForRows(
  tokens: readonly string[],
  context: Context,
  withinMs: number,
): Promise<ReportRow[]> {
  const known = knownTokens(context);
  const rows = tokens.map((token) => toRow(token, context, known));
  const registers = rows.flatMap((row) => ('register' in row ? [row.register] : []));
  const outcomes = (await context.xReports.ask(registers, context.call, withinMs)).values();
  return rows.map((row) => told(row, 'register' in row ? outcomes.next().value : row));
}

function toRow(token: string, { client, directory, pins, headers }: Context, known: () => string): Row {
  // Before anything else: whether there is such a register is not told either.
  if (!client.permits(token)) return { token, vendor: null, failure: new Failure('BUS_ACCESS_DENIED') };
  const register = directory.registers.get(token);
  if (!register) {
    const description = `касса ${token} не найдена. доступны: [${known()}]`;
    return { token, vendor: null, failure: new Failure('TSRV_TOKEN_NOT_FOUND', { description }) };
  }
  const vendor = register.account.name;
  try {
    checkAccount(register, headers.account);
    pins.check(client.name, register);
    return { token, vendor, register };
  } catch (error) {
    return { token, vendor, failure: Failure.from(error) };
  }
}

/** Some registers that the client may use, for those who ask for one that there is not; looked up once. */
function knownTokens({ client, directory }: Context): () => string {
  let text: string | undefined;
  const lookUp = () => {
    const named: string[] = [];
    for (const token of directory.registers.keys()) {
      if (!client.permits(token)) continue;
      if (named.push(token) > MAX_NAMED_TOKENS) return [...named.slice(0, -1), '…'].join(', ');
    }
    return named.join(', ');
  };
  return () => {
    text ??= lookUp();
    return text;
  };
}

function told({ token, vendor }: Row, outcome: ReportOutcome | undefined): ReportRow {
  if (outcome && 'report' in outcome && vendor !== null) return { token, vendor, report: outcome.report };
  const failure = outcome && 'failure' in outcome ? outcome.failure : new Failure('BUS_INTERNAL_ERROR');
  return { token, vendor, error: toldFailure(failure) };
}
