import type { FileType } from '#core/http.ts';

/** So many bytes are enough to tell what a file is (the name of an archive's first entry is in them). */
export const HEAD_BYTES = 512;

export const XLSX: FileType = {
  extension: 'xlsx',
  mediaType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};
export const ZIP: FileType = { extension: 'zip', mediaType: 'application/zip' };
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

/** What the parts of a workbook are called; which of them comes first depends on who wrote it: the end knows better. */
const WORKBOOK_PART = /^(?:\[Content_Types\]\.xml$|_rels\/|docProps\/|xl\/|customXml\/)/;

function archiveType(head: Buffer): FileType {
  if (head.length < NAME_AT) return ZIP;
  const nameEnd = NAME_AT + head.readUInt16LE(NAME_LENGTH_AT);
  return WORKBOOK_PART.test(head.toString('utf8', NAME_AT, nameEnd)) ? XLSX : ZIP;
}

/** Between two words of a sentence a blank follows; a tab stands in none. */
const SEPARATORS = [/;(?![ \u00a0])/g, /,(?![ \u00a0])/g, /\t/g];

/** So many separators in one line are none of a sentence. */
const MANY = 3;

/** Somebody's words have no columns: a table has as many in one line as in the next. */
function hasColumns(text: string, isCutOff: boolean): boolean {
  const lines = text.replace(/"[^"]*"/g, '').split(/\r?\n/);
  const lastLine = isCutOff ? lines.pop() : undefined;
  return SEPARATORS.some((separator) => {
    const countIn = (line: string) => line.match(separator)?.length ?? 0;
    const counts = lines.map(countIn);
    const isRepeated = counts.some((count, index) => count > 0 && count === counts[index + 1]);
    return isRepeated || (lastLine !== undefined && countIn(lastLine) >= MANY);
  });
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
  const isTable = /csv|excel/i.test(contentType) || hasColumns(text, head.length >= HEAD_BYTES);
  return isTable ? CSV : undefined;
}
