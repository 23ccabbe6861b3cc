import { Temporal } from 'temporal-polyfill';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';

const Rid = Type.Integer();
const RidOrNull = Type.Optional(Type.Union([Type.Integer(), Type.Null()]));
const Flag = Type.Integer({ minimum: 0, maximum: 1 });

/** `reportParams` as White Server takes them, 003_… 'Формат запроса'. */
const ReportParamsBody = Type.Object(
  {
    reportDate: Type.Object({ date: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' }) }),
    goodsGroup: Type.Optional(Type.Object({ rid: Rid, withNestedGroups: Flag })),
    category: Type.Optional(Type.Object({ mainRid: RidOrNull, bookeepingRid: RidOrNull })),
    classify: Type.Optional(Type.Object({ itemRid: RidOrNull })),
    store: Type.Optional(Type.Object({ rid: RidOrNull, groupRid: RidOrNull })),
    currency: Type.Object({ rid: Rid }),
    constraints: Type.Optional(
      Type.Object({
        groupFor: Type.Optional(Type.Enum(['None', 'ForStores', 'ForGoodGroups'])),
        onlyWithMovementForStore: Type.Optional(Type.Union([Flag, Type.Null()])),
      }),
    ),
    remnants: Type.Optional(
      Type.Object({
        condition: Type.Optional(Type.Enum(['Less', 'NotMore', 'Equal', 'NotLess', 'More', 'NotEqual'])),
        value: Type.Optional(Type.Enum(['Zero', 'MinimumStock', 'MaximumStock'])),
      }),
    ),
  },
  { additionalProperties: false },
);
type ReportParamsBody = Static<typeof ReportParamsBody>;

const checked = Compile(ReportParamsBody);

/** What a report is asked for, with every part there; undefined is not asked for. */
export type ReportParams = {
  readonly date: string;
  readonly goodsGroup: { readonly rid: number | undefined; readonly withNestedGroups: boolean };
  readonly category: { readonly mainRid: number | undefined; readonly bookeepingRid: number | undefined };
  readonly classify: { readonly itemRid: number | undefined };
  readonly store: { readonly rid: number | undefined; readonly groupRid: number | undefined };
  readonly currency: number;
  readonly constraints: {
    readonly groupFor: 'None' | 'ForStores' | 'ForGoodGroups';
    readonly onlyWithMovementForStore: boolean;
  };
  readonly remnants: { readonly condition: string | undefined; readonly value: string | undefined };
};

function isDay(date: string): boolean {
  try {
    return Temporal.PlainDate.from(date).toString() === date;
  } catch {
    return false;
  }
}

function complete(body: ReportParamsBody): ReportParams {
  const { reportDate, goodsGroup, category, classify, store, currency, constraints, remnants } = body;
  return {
    date: reportDate.date,
    goodsGroup: { rid: goodsGroup?.rid, withNestedGroups: goodsGroup?.withNestedGroups === 1 },
    category: {
      mainRid: category?.mainRid ?? undefined,
      bookeepingRid: category?.bookeepingRid ?? undefined,
    },
    classify: { itemRid: classify?.itemRid ?? undefined },
    store: { rid: store?.rid ?? undefined, groupRid: store?.groupRid ?? undefined },
    currency: currency.rid,
    constraints: {
      groupFor: constraints?.groupFor ?? 'None',
      onlyWithMovementForStore: constraints?.onlyWithMovementForStore === 1,
    },
    remnants: { condition: remnants?.condition, value: remnants?.value },
  };
}

/** A text is what is wrong with them. */
export function readReportParams(value: unknown): ReportParams | string {
  if (!checked.Check(value)) return 'InvalidRequestStructure';
  const { store, reportDate } = value;
  // Not even as null: "the attribute must not be present".
  if (store && 'rid' in store && 'groupRid' in store) return 'InvalidRequestStructure';
  return isDay(reportDate.date) ? complete(value) : 'InvalidRequestStructure';
}
