/** APPNOTE.TXT: an archive as far as its structure goes; the entries are stored, their sums are not told. */
export type ArchiveEnd = { readonly comment?: string; readonly isZip64?: boolean };

/** The name of an entry, and what is in it, or how much. */
export type ArchiveEntry = readonly [name: string, content: Buffer | number];

export function archive(entries: readonly ArchiveEntry[], end: ArchiveEnd = {}): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, told] of entries) {
    const content = typeof told === 'number' ? Buffer.alloc(told, 7) : told;
    const file = Buffer.concat([Buffer.alloc(30), Buffer.from(name), content]);
    file.writeUInt32LE(0x04034b50, 0);
    file.writeUInt16LE(Buffer.byteLength(name), 26);
    files.push(file);
    const entry = Buffer.concat([Buffer.alloc(46), Buffer.from(name), Buffer.alloc(5)]);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(Buffer.byteLength(name), 28);
    entry.writeUInt16LE(2, 30);
    entry.writeUInt16LE(3, 32);
    entry.writeUInt32LE(offset, 42);
    directory.push(entry);
    offset += file.length;
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  return Buffer.concat([...files, ...directory, ...endOf(size, offset, end)]);
}

function endOf(size: number, offset: number, { comment = '', isZip64 = false }: ArchiveEnd): Buffer[] {
  const last = Buffer.concat([Buffer.alloc(22), Buffer.from(comment)]);
  last.writeUInt32LE(0x06054b50, 0);
  last.writeUInt32LE(isZip64 ? 0xffffffff : size, 12);
  last.writeUInt32LE(isZip64 ? 0xffffffff : offset, 16);
  last.writeUInt16LE(Buffer.byteLength(comment), 20);
  if (!isZip64) return [last];
  const record = Buffer.alloc(56);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(BigInt(size), 40);
  record.writeBigUInt64LE(BigInt(offset), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(offset + size), 8);
  return [record, locator, last];
}
