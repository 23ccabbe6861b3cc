import { isDeepStrictEqual } from 'node:util';
import { type Static, Type } from 'typebox';
import { Failure } from '#core/failure.ts';
import { isJsonObject } from '#core/json.ts';
import { defineVendorChange } from '#domain/action.ts';
import type { Change } from '#domain/change.ts';
import type { Cabinet } from './cabinet.ts';
import { TemplateId, Uuid } from './ids.ts';
import { isSameId } from './report-list.ts';
import { readTemplates, TEMPLATE_FIELDS, templatePath, toTemplateBody } from './template.ts';

/** The vendor says no more than that it was done, and how long it took (null when that was found out afterwards). */
const Done = Type.Object({
  status: Type.Literal('Success'),
  elapsed: Type.Union([Type.String(), Type.Null()]),
});
type Done = Static<typeof Done>;

const UpdateData = Type.Object({ id: Uuid, ...TEMPLATE_FIELDS }, { additionalProperties: false });

function toDone(data: unknown): Done {
  const elapsed = isJsonObject(data) ? data.Elapsed : undefined;
  return { status: 'Success', elapsed: typeof elapsed === 'string' ? elapsed : null };
}

function update(cabinet: Cabinet): Change<Static<typeof UpdateData>, Static<typeof UpdateData>, Done> {
  return {
    prepare: async (data) => ({ evidence: data }),

    async send(data, _evidence, { call }) {
      const body = toTemplateBody(data);
      const path = templatePath(data.id);
      return toDone((await cabinet.ask({ method: 'PUT', path, body, effect: 'change' }, call)).data);
    },

    async settle({ id, name, fields, base_report_type: type }, { call }) {
      const { rows } = await readTemplates(cabinet, call, true);
      const row = rows.find((candidate) => isSameId(candidate.id, id));
      const { CustomFields, BaseReportType } = row?.fields ?? {};
      // No document says that they come back in their order.
      const isSaved = isDeepStrictEqual(
        [row?.name, new Set(Array.isArray(CustomFields) ? CustomFields : []), BaseReportType],
        [name.trim(), new Set(fields), type],
      );
      // The description cannot be read back; saving the same once more changes nothing else.
      return isSaved ? { answer: toDone(undefined) } : 'not_done';
    },
  };
}

/** HTTP's own way to say that there is none: the document has no name for it. */
function saysGone(caught: unknown): boolean {
  const details = caught instanceof Failure ? caught.details : undefined;
  return details !== undefined && 'status' in details && (details.status === 404 || details.status === 410);
}

function deletion(cabinet: Cabinet): Change<TemplateId, TemplateId, Done> {
  return {
    prepare: async (data) => ({ evidence: data }),

    async send({ id }, _evidence, { call }) {
      try {
        const request = { method: 'DELETE', path: templatePath(id), effect: 'change' } as const;
        return toDone((await cabinet.ask(request, call)).data);
      } catch (caught) {
        if (saysGone(caught)) return toDone(undefined);
        throw caught;
      }
    },

    async settle({ id }, { call }) {
      const { rows } = await readTemplates(cabinet, call, true);
      return rows.some((row) => isSameId(row.id, id)) ? 'not_done' : { answer: toDone(undefined) };
    },
  };
}

/** 6.4 'Сохранение шаблона пользовательского отчета по идентификатору'. */
export const updateTemplate = defineVendorChange<Cabinet>()({
  address: 'ofd_ru.reports',
  action: 'update_template',
  target: { account: 'ofd-ru' },
  request: UpdateData,
  reply: Done,
  change: ({ vendor }) => update(vendor),
});

/** 6.5 'Удаление шаблона пользовательского отчета по идентификатору'. Already gone is done. */
export const deleteTemplate = defineVendorChange<Cabinet>()({
  address: 'ofd_ru.reports',
  action: 'delete_template',
  target: { account: 'ofd-ru' },
  request: TemplateId,
  reply: Done,
  change: ({ vendor }) => deletion(vendor),
});
