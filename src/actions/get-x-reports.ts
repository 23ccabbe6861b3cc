import { type Static, Type } from 'typebox';
import { defineAction } from '#domain/action.ts';
import type { Directory } from '#domain/directory.ts';
import { askForRows, ReportRow } from './report-rows.ts';
import { Total, totalsOf } from './report-totals.ts';
import { invalidData } from './validation.ts';

const DEADLINE_MS = 15_000;
const MAX_DEADLINE_MS = 600_000;

/** As many rows as one answer holds. */
const MAX_REGISTERS = 10_000;

const Request = Type.Object(
  {
    tokens: Type.Optional(
      Type.Array(Type.String(), {
        minItems: 1,
        maxItems: MAX_REGISTERS,
        uniqueItems: true,
        description: 'the registers; either these or `group`',
      }),
    ),
    group: Type.Optional(
      Type.String({ description: 'a configured group of registers; either this or `tokens`' }),
    ),
    deadline_ms: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: MAX_DEADLINE_MS,
        description: `when to answer with what has come (milliseconds), ${DEADLINE_MS} unless told otherwise; never later than \`timeout\``,
      }),
    ),
  },
  { additionalProperties: false },
);

/** The registers that are asked for: either named, or those of a group that there is. Throws `BUS_INVALID_DATA`. */
function registersOf(
  { tokens, group }: Static<typeof Request>,
  { groups }: Pick<Directory, 'groups'>,
): readonly string[] {
  if (tokens !== undefined && group === undefined) return tokens;
  if (tokens !== undefined || group === undefined) {
    const message = `нужно ${tokens ? 'только ' : ''}одно из полей tokens и group`;
    throw invalidData(['/tokens', '/group'].map((path) => ({ path, message })));
  }
  const registers = groups.get(group);
  if (!registers) throw invalidData([{ path: '/group', message: 'такой группы нет в конфигурации' }]);
  if (registers.length <= MAX_REGISTERS) return registers;
  const message = `в группе больше ${MAX_REGISTERS} касс: спросите её по частям`;
  throw invalidData([{ path: '/group', message }]);
}

/** The figures of many registers' open shifts at once, whatever their vendors, and what they come to. */
export const getXReports = defineAction({
  address: 'bus.reports',
  action: 'get_x_reports',
  target: 'directory',
  effect: 'read',
  request: Request,
  reply: Type.Object(
    {
      complete: Type.Boolean({ description: 'every register has reported' }),
      reports: Type.Array(ReportRow, { description: 'in the order asked' }),
      totals: Type.Array(Total, { description: 'one a currency, over the reports that came' }),
    },
    { additionalProperties: false },
  ),
  check: (data, directory) => void registersOf(data, directory),
  parts: (data, directory) => registersOf(data, directory).length,
  async handle(data, context) {
    const { deadline_ms: deadlineMs = DEADLINE_MS } = data;
    const rows = await askForRows(registersOf(data, context.directory), context, deadlineMs);
    const reports = rows.flatMap((row) => ('report' in row ? [row.report] : []));
    return { complete: reports.length === rows.length, reports: rows, totals: totalsOf(reports) };
  },
});
