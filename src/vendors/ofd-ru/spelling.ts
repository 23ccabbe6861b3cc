import { isJsonObject } from '#core/json.ts';

/** The keys of 002_… and of its list of cash registers as they are spelled there; elsewhere their case differs. */
const KEYS = [
  ...['Status', 'Data', 'Errors', 'Elapsed', 'Message', 'AuthToken', 'ExpirationDateUtc'],
  ...['OfdAgreementId', 'OfdAgreementLimit', 'ConsumedLimit', 'List', 'TotalCount'],
  ...['Id', 'CDateUtc', 'UDateUtc', 'ReportTypeName', 'ReportType', 'DateFrom', 'DateTo', 'ExpiredDate'],
  ...['KktCount', 'ReportSize', 'AccountEmail', 'AccountName', 'Name', 'EmailsToNotify', 'FileFormat'],
  ...['IsAutoReport', 'AssumptiveCompleteTime', 'DownloadUrl', 'DeleteUrl', 'CancelUrl'],
  ...['DisplayName', 'Description', 'Fields', 'DisplayField', 'Optional', 'BaseReportType', 'CustomFields'],
  ...['KktRegId', 'KktName', 'SerialNumber', 'FnNumber', 'KktModel', 'FiscalAddress', 'FiscalPlace', 'Path'],
  ...['CreateDate', 'PaymentDate', 'CheckDate', 'SignDate', 'ActivationDate', 'FirstDocumentDate'],
  ...['ContractStartDate', 'ContractEndDate', 'FnEndDate', 'LastDocOnKktDateTime', 'LastDocOnOfdDateTimeUtc'],
];

const SPELLING = new Map(KEYS.map((key) => [key.toLowerCase(), key]));

/**
 * An answer with its keys as the document spells them: without blanks around (`" TotalCount "`), whatever their
 * case. Of two keys that come to the same the first that tells something is kept.
 */
export function spelled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(spelled);
  if (!isJsonObject(value)) return value;
  const fields = new Map<string, unknown>();
  for (const [key, inner] of Object.entries(value)) {
    const trimmed = key.trim();
    const name = SPELLING.get(trimmed.toLowerCase()) ?? trimmed;
    fields.set(name, fields.get(name) ?? spelled(inner));
  }
  return Object.fromEntries(fields);
}
