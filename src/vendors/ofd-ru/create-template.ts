import { Type } from 'typebox';
import type { Call } from '#core/call.ts';
import { Failure } from '#core/failure.ts';
import { defineVendorChange } from '#domain/action.ts';
import type { Change } from '#domain/change.ts';
import type { Cabinet } from './cabinet.ts';
import {
  readTemplates,
  TEMPLATE_FIELDS,
  TEMPLATES_PATH,
  Template,
  type TemplateData,
  type TemplateRow,
  toTemplateBody,
} from './template.ts';
import { templateInWords } from './words.ts';

/** The templates of that name before: their ids, and when each was last changed. */
type Evidence = { readonly name: string; readonly before: Readonly<Record<string, string | null>> };

function isOurs({ id, name, updated }: TemplateRow, evidence: Evidence): boolean {
  if (name !== evidence.name.trim()) return false;
  // The document speaks of saving a changed template, so that the vendor may keep the old one's id.
  return !Object.hasOwn(evidence.before, id) || evidence.before[id] !== updated;
}

function creation(cabinet: Cabinet): Change<TemplateData, Evidence, Template> {
  async function find(evidence: Evidence, call: Call, showPersonalData: boolean, settling: boolean) {
    const { rows, complain } = await readTemplates(cabinet, call, settling);
    const row = rows.findLast((candidate) => isOurs(candidate, evidence));
    const reading = cabinet.reading(showPersonalData);
    return { rows, ours: row && (templateInWords(row.fields, reading) as Template), complain };
  }

  return {
    async prepare({ name }, { call }, earlier) {
      if (earlier) return { evidence: earlier };
      const { rows } = await readTemplates(cabinet, call);
      const before = rows.filter((row) => row.name === name.trim()).map(({ id, updated }) => [id, updated]);
      return { evidence: { name, before: Object.fromEntries(before) } };
    },

    async send(data, evidence, { call, showPersonalData }) {
      const body = toTemplateBody(data);
      await cabinet.ask({ method: 'POST', path: TEMPLATES_PATH, body, effect: 'change' }, call);
      try {
        const { rows, ours, complain } = await find(evidence, call, showPersonalData, true);
        // Saved, so it is there: a vendor that tells no times may have kept the old one's id.
        const known = rows.findLast(({ name }) => name === data.name.trim());
        if (ours) return ours;
        if (known) return templateInWords(known.fields, cabinet.reading(showPersonalData)) as Template;
        throw complain('missing_template', 'сохранённого шаблона нет в списке');
      } catch (cause) {
        // The answer says only that it was saved; what has failed since does not undo that.
        throw new Failure('VENDOR_OUTCOME_UNKNOWN', { cause });
      }
    },

    async settle(evidence, { call, showPersonalData }) {
      const { ours } = await find(evidence, call, showPersonalData, true);
      return ours ? { answer: ours } : 'not_done';
    },
  };
}

/** 6.2 'Сохранение модифицированного шаблона'; the answer is the template, found by its name. */
export const createTemplate = defineVendorChange<Cabinet>()({
  address: 'ofd_ru.reports',
  action: 'create_template',
  target: { account: 'ofd-ru' },
  request: Type.Object(TEMPLATE_FIELDS, { additionalProperties: false }),
  reply: Template,
  change: ({ vendor }) => creation(vendor),
});
