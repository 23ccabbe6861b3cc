import { type Static, Type } from 'typebox';

/** An id of the vendor. */
export const Uuid = Type.String({
  pattern: '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$',
  description: 'UUID.',
});

/** `data` of what is about one report. */
export const ReportId = Type.Object(
  {
    id: Uuid,
    ofd_agreement_id: Type.Optional({ ...Uuid, description: "Instead of the account's." }),
  },
  { additionalProperties: false },
);

export type ReportId = Static<typeof ReportId>;

/** `data` of what is about one template. */
export const TemplateId = Type.Object({ id: Uuid }, { additionalProperties: false });
export type TemplateId = Static<typeof TemplateId>;

/** Ten digits, twelve for a sole trader. */
export const Inn = Type.String({
  pattern: '^\\d{10}(\\d{2})?$',
  description: 'INN: 10 or 12 digits, in quotes.',
});

export const Kpp = Type.String({
  pattern: '^\\d{4}[0-9A-Z]{2}\\d{3}$',
  description: 'KPP, in quotes; a sole trader has none.',
});
