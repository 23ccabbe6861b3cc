import { Type } from 'typebox';
import { isJsonObject } from '#core/json.ts';
import { defineVendorAction } from '#domain/action.ts';
import type { Cabinet } from './cabinet.ts';
import { TemplateId } from './ids.ts';
import { readTemplate, readTemplates, Template, templatePath } from './template.ts';
import { templateInWords } from './words.ts';

const BASE_TEMPLATES_PATH = '/api/customer/reports/templates';

/** 002_… table 7. */
const BaseTemplate = Type.Object(
  {
    report_type: Type.Optional(Type.Unknown()),
    display_name: Type.Optional(Type.Unknown()),
    description: Type.Optional(Type.Unknown()),
    fields: Type.Optional(Type.Unknown({ description: 'List of `{name, display_field, optional}`.' })),
  },
  { additionalProperties: true },
);

/** 5.2 'Загрузка списка типов базовых отчетов и их структур'. */
export const listBaseTemplates = defineVendorAction<Cabinet>()({
  address: 'ofd_ru.reports',
  action: 'list_base_templates',
  target: { account: 'ofd-ru' },
  effect: 'read',
  request: Type.Null(),
  reply: Type.Array(BaseTemplate),
  async handle(_data, { vendor, call, client }) {
    const { data, complain } = await vendor.ask(
      { method: 'GET', path: BASE_TEMPLATES_PATH, effect: 'read' },
      call,
    );
    if (!Array.isArray(data)) throw complain('wrong_type', 'вместо списка шаблонов пришло другое значение');
    const reading = vendor.reading(client.seesPersonalData);
    const rows = data.filter(isJsonObject);
    return rows.map((row) => templateInWords(row, reading) as Record<string, unknown>);
  },
});

/** 6.1 'Загрузка списка шаблонов отчетов, созданных пользователем'. */
export const listTemplates = defineVendorAction<Cabinet>()({
  address: 'ofd_ru.reports',
  action: 'list_templates',
  target: { account: 'ofd-ru' },
  effect: 'read',
  request: Type.Null(),
  reply: Type.Array(Template),
  async handle(_data, { vendor, call, client }) {
    const { rows } = await readTemplates(vendor, call);
    const reading = vendor.reading(client.seesPersonalData);
    return rows.map(({ fields }) => templateInWords(fields, reading) as Template);
  },
});

/** 6.3 'Загрузка шаблона пользовательского отчета по идентификатору'. */
export const getTemplate = defineVendorAction<Cabinet>()({
  address: 'ofd_ru.reports',
  action: 'get_template',
  target: { account: 'ofd-ru' },
  effect: 'read',
  request: TemplateId,
  reply: Template,
  async handle({ id }, { vendor, call, client }) {
    const { data, complain } = await vendor.ask(
      { method: 'GET', path: templatePath(id), effect: 'read' },
      call,
    );
    const { fields } = readTemplate(data, complain);
    return templateInWords(fields, vendor.reading(client.seesPersonalData)) as Template;
  },
});
