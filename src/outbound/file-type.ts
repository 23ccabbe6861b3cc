import type { FileType } from '#core/http.ts';

/** So many bytes are enough to tell what a file is (the name of an archive's first entry is in them). */
export const HEAD_BYTES = 512;

const XLSX: FileType = {
  extension: 'xlsx',
  mediaType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};
const ZIP: FileType = { extension: 'zip', mediaType: 'application/zip' };
const CSV: FileType = { extension: 'csv', mediaType: 'text/csv' };
const UNKNOWN: FileType = { extension: 'bin', mediaType: 'application/octet-stream' };

const SIGNATURES: readonly (readonly [hex: string, type: FileType])[] = [
  ['d0cf11e0a1b11ae1', { extension: 'xls', mediaType: 'application/vnd.ms-excel' }],
  ['255044462d', { extension: 'pdf', mediaType: 'application/pdf' }],
  ['504b0506', ZIP],
  ['fffe', CSV],
];

const LOCAL_FILE_HEADER = '504b0304';
/** APPNOTE.TXT 4.3.7: the length of the entry's name, and where the name begins. */
const NAME_LENGTH_AT = 26;
const NAME_AT = 30;

/** What the parts of a workbook are called; which of them comes first depends on who wrote it. */
const WORKBOOK_PART = /^(?:\[Content_Types\]\.xml$|_rels\/|docProps\/|xl\/|customXml\/)/;

function archiveType(head: Buffer): FileType {
  if (head.length < NAME_AT) return ZIP;
  const nameEnd = NAME_AT + head.readUInt16LE(NAME_LENGTH_AT);
  return WORKBOOK_PART.test(head.toString('utf8', NAME_AT, nameEnd)) ? XLSX : ZIP;
}

/** Somebody's words have no columns, unless they are said to be a table. */
function isTable(text: string, contentType: string): boolean {
  const [firstLine = ''] = text.split(/\r?\n/, 1);
  return /[;\t]|,\S/.test(firstLine) || /csv|excel|octet-stream/.test(contentType);
}

/**
 * What a file is that begins so; undefined when it is no file but words: JSON, a page, a sentence, nothing. Headers
 * only tip the balance of plain text, since vendors send anything as anything.
 */
export function fileTypeOf(head: Buffer, contentType: string): FileType | undefined {
  const hex = head.toString('hex', 0, 8);
  if (hex.startsWith(LOCAL_FILE_HEADER)) return archiveType(head);
  const known = SIGNATURES.find(([signature]) => hex.startsWith(signature));
  if (known) return known[1];
  if (head.includes(0)) return UNKNOWN;
  const text = head
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart();
  if (text === '' || /^[{[<]/.test(text) || /json|html/i.test(contentType)) return undefined;
  return isTable(text, contentType.toLowerCase()) ? CSV : undefined;
}
