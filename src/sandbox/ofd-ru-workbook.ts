import { crc32 } from 'node:zlib';

type Entry = { readonly name: string; readonly text: string };

/** A cell: text, or a number as it is written in XML. */
export type Cell = string | number;

/** APPNOTE.TXT 4.3.7, 4.3.12, 4.3.16: the signatures, and the version that can read stored entries. */
const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END_OF_DIRECTORY = 0x06054b50;
const VERSION = 20;
/** Names are UTF-8. */
const FLAGS = 0x0800;
/** 1 January 1980, the first day there is. */
const DATE = 0x0021;

/** The fields that both headers of an entry have in common, from the version on. */
function commonFields(name: Buffer, content: Buffer): Buffer {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(VERSION, 0);
  fields.writeUInt16LE(FLAGS, 2);
  fields.writeUInt16LE(DATE, 8);
  fields.writeUInt32LE(crc32(content), 10);
  fields.writeUInt32LE(content.length, 14);
  fields.writeUInt32LE(content.length, 18);
  fields.writeUInt16LE(name.length, 22);
  return fields;
}

function uint32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, 4 * index);
  return bytes;
}

function uint16(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt16LE(value, 2 * index);
  return bytes;
}

/** An archive of entries that are not compressed. */
function writeZip(entries: readonly Entry[]): Uint8Array {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const [name, content] = [Buffer.from(entry.name), Buffer.from(entry.text)];
    const fields = commonFields(name, content);
    const file = Buffer.concat([uint32(LOCAL_HEADER), fields, name, content]);
    files.push(file);
    // Comment, disk, attributes inside and outside: none of them.
    const rest = Buffer.concat([uint16(0, 0, 0), uint32(0, offset)]);
    directory.push(Buffer.concat([uint32(CENTRAL_HEADER), uint16(VERSION), fields, rest, name]));
    offset += file.length;
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  const counts = uint16(0, 0, entries.length, entries.length);
  const end = Buffer.concat([uint32(END_OF_DIRECTORY), counts, uint32(size, offset), uint16(0)]);
  return Buffer.concat([...files, ...directory, end]);
}

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const SHEET = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const CONTENT_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

function escaped(text: string): string {
  const ENTITIES: Readonly<Record<string, string>> = {
    '<': '&lt;',
    '>': '&gt;',
    '&': '&amp;',
    '"': '&quot;',
  };
  // XML 1.0 knows no controls but these three.
  const allowed = text.replace(/(?![\t\n\r])\p{Cc}/gu, '');
  return allowed.replace(/[<>&"]/g, (character) => ENTITIES[character] ?? character);
}

function cell(value: Cell): string {
  if (typeof value === 'number') return `<c><v>${value}</v></c>`;
  return `<c t="inlineStr"><is><t xml:space="preserve">${escaped(value)}</t></is></c>`;
}

/** ECMA-376: the fewest parts that a spreadsheet program opens. */
export function writeWorkbook(sheetName: string, rows: readonly (readonly Cell[])[]): Uint8Array {
  const relationship = (type: string, target: string) =>
    `${XML}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/${type}" Target="${target}"/></Relationships>`;
  const part = (name: string, type: string) =>
    `<Override PartName="${name}" ContentType="${CONTENT_TYPE}.${type}+xml"/>`;
  const sheetRows = rows.map((cells) => `<row>${cells.map(cell).join('')}</row>`).join('');
  return writeZip([
    {
      name: '[Content_Types].xml',
      text: `${XML}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>${part('/xl/workbook.xml', 'sheet.main')}${part('/xl/worksheets/sheet1.xml', 'worksheet')}</Types>`,
    },
    { name: '_rels/.rels', text: relationship('officeDocument', 'xl/workbook.xml') },
    {
      name: 'xl/workbook.xml',
      text: `${XML}<workbook xmlns="${SHEET}" xmlns:r="${OFFICE}"><sheets><sheet name="${escaped(sheetName.slice(0, 31))}" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    },
    { name: 'xl/_rels/workbook.xml.rels', text: relationship('worksheet', 'worksheets/sheet1.xml') },
    {
      name: 'xl/worksheets/sheet1.xml',
      text: `${XML}<worksheet xmlns="${SHEET}"><sheetData>${sheetRows}</sheetData></worksheet>`,
    },
  ]);
}
