import { type Static, Type } from 'typebox';
import type { Call } from '#core/call.ts';
import { isJsonObject } from '#core/json.ts';
import type { Complain } from './answer.ts';
import type { Cabinet } from './cabinet.ts';
import { REPORT_TYPES } from './order-data.ts';

export const TEMPLATES_PATH = '/api/customer/reports/custom';

/** 002_… table 9: what a template is saved with. It is read back with `custom_fields`, and without its description. */
export const TEMPLATE_FIELDS = {
  name: Type.String({ pattern: '\\S' }),
  fields: Type.Array(Type.String({ minLength: 1 }), { description: 'Names of `list_base_templates`.' }),
  base_report_type: Type.Enum([...REPORT_TYPES, 'All']),
  description: Type.Optional(Type.String()),
};

export type TemplateData = Static<Type.TObject<typeof TEMPLATE_FIELDS>>;

/** A template of the user, 002_… tables 8 and 10. Other keys of the vendor are kept. */
export const Template = Type.Object(
  {
    id: Type.String({ description: 'UUID.' }),
    name: Type.Optional(Type.Unknown()),
    base_report_type: Type.Optional(Type.Unknown()),
    custom_fields: Type.Optional(Type.Unknown({ description: 'Names of the chosen fields.' })),
    c_date_utc: Type.Optional(Type.Unknown({ description: 'When it was made; RFC 3339.' })),
    u_date_utc: Type.Optional(Type.Unknown({ description: 'When it was last changed; RFC 3339.' })),
  },
  { additionalProperties: true },
);
export type Template = Static<typeof Template>;

export type TemplateRow = {
  readonly id: string;
  readonly name: string;
  /** As it came; null when it is not told. */
  readonly updated: string | null;
  readonly fields: Readonly<Record<string, unknown>>;
};

export function templatePath(id: string): string {
  return `${TEMPLATES_PATH}/${encodeURIComponent(id)}`;
}

export function toTemplateBody({ name, fields, base_report_type, description }: TemplateData): object {
  return {
    Name: name,
    Fields: fields,
    BaseReportType: base_report_type,
    ...(description === undefined ? {} : { Description: description }),
  };
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value.trim() || null : null;
}

export function readTemplate(value: unknown, complain: Complain): TemplateRow {
  const fields = isJsonObject(value) ? value : {};
  const id = text(fields.Id);
  if (id === null) throw complain('missing_field', 'у шаблона нет обязательного поля Id');
  return { id, name: text(fields.Name) ?? '', updated: text(fields.UDateUtc), fields };
}

export type TemplateList = { readonly rows: readonly TemplateRow[]; readonly complain: Complain };

/** 6.1 'Загрузка списка шаблонов отчетов, созданных пользователем'. */
export async function readTemplates(cabinet: Cabinet, call: Call, settling = false): Promise<TemplateList> {
  const { data, complain } = await cabinet.ask(
    { method: 'GET', path: TEMPLATES_PATH, effect: 'read', ...(settling && { settling }) },
    call,
  );
  const list = isJsonObject(data) && 'List' in data ? data.List : data;
  if (!Array.isArray(list)) throw complain('wrong_type', 'вместо списка шаблонов пришло другое значение');
  return { rows: list.map((row) => readTemplate(row, complain)), complain };
}
