import { type Static, Type } from 'typebox';

const Told = (description: string) => Type.Optional(Type.Unknown({ description }));

/** A report, 002_… table 2; only its id and state are always told. Other keys of the vendor are kept. */
export const Report = Type.Object(
  {
    id: Type.String({ description: 'UUID.' }),
    status: Type.String({ description: 'Todo, Processing, Done, Error, Deleted, or what the vendor adds.' }),
    c_date_utc: Told('When it was ordered; RFC 3339.'),
    report_type: Told('As in the order.'),
    report_type_name: Told('The type for a person.'),
    name: Told("The client's, without our tag."),
    date_from: Told('RFC 3339.'),
    date_to: Told('RFC 3339.'),
    expired_date: Told('When the vendor deletes it; RFC 3339.'),
    assumptive_complete_time: Told('When it should be ready; RFC 3339.'),
    kkt_count: Told('Cash registers in it.'),
    report_size: Told('Kilobytes.'),
    account_email: Told('Who ordered it.'),
    account_name: Told('Who ordered it.'),
    emails_to_notify: Told('A list.'),
    file_format: Told('Xlsx.'),
    is_auto_report: Told('True or false.'),
    download_url: Told("Relative to the vendor's address; to be followed by `download_report` only."),
    delete_url: Told("Relative to the vendor's address; to be followed by `delete_report` only."),
    cancel_url: Told("Relative to the vendor's address; to be followed by `cancel_report` only."),
  },
  { additionalProperties: true },
);
export type Report = Static<typeof Report>;

/** The reports of an agreement, 002_… tables 2 and 4. */
export const ReportListReply = Type.Object(
  {
    ofd_agreement_id: Told('UUID.'),
    ofd_agreement_limit: Told('Reports that may be ordered.'),
    consumed_limit: Told('Reports that were ordered.'),
    list: Type.Array(Report),
    total_count: Told('Reports there are; more than listed when the vendor told only a part.'),
  },
  { additionalProperties: true },
);
export type ReportListReply = Static<typeof ReportListReply>;
