/** APPNOTE.TXT 4.3.12, 4.3.14, 4.3.15, 4.3.16. */
const ENTRY = { signature: 0x02014b50, bytes: 46, nameLengthAt: 28, extraLengthAt: 30, commentLengthAt: 32 };
const ZIP64_END = { signature: 0x06064b50, bytes: 56, sizeAt: 40, offsetAt: 48 };
const ZIP64_LOCATOR = { signature: 0x07064b50, bytes: 20, offsetAt: 8 };
const END = { signature: Buffer.from('504b0506', 'hex'), bytes: 22, sizeAt: 12, offsetAt: 16, commentAt: 20 };

const MAX_COMMENT_BYTES = 65_535;

/** Where the directory lies, counted from the first of the bytes that are read: before it where it begins is negative. */
type Place = { readonly begin: number; readonly end: number };

/**
 * The names in the central directory of an archive, read from its last bytes. Undefined when its end is missing;
 * `null` when the directory begins before these bytes. An archive inside another does not pass for its end: the
 * offsets count from the first byte of the file.
 */
export function namesInDirectory(tail: Buffer, fileSize: number): readonly string[] | null | undefined {
  const place = findDirectory(tail, fileSize - tail.length);
  if (!place) return undefined;
  return place.begin < 0 ? null : readNames(tail, place);
}

function findDirectory(tail: Buffer, missing: number): Place | undefined {
  const first = Math.max(0, tail.length - END.bytes - MAX_COMMENT_BYTES);
  let from = tail.length - END.bytes;
  while (from >= first) {
    const at = tail.lastIndexOf(END.signature, from);
    if (at < first) return undefined;
    const place = placeBefore(tail, at, missing);
    if (place) return place;
    from = at - 1;
  }
  return undefined;
}

/** The directory that the record there speaks of, if it may be the end of this very file. */
function placeBefore(tail: Buffer, at: number, missing: number): Place | undefined {
  if (at + END.bytes + tail.readUInt16LE(at + END.commentAt) > tail.length) return undefined;
  const begin = tail.readUInt32LE(at + END.offsetAt) - missing;
  if (begin + tail.readUInt32LE(at + END.sizeAt) === at) return { begin, end: at };
  return zip64PlaceBefore(tail, at - ZIP64_LOCATOR.bytes, missing);
}

function zip64PlaceBefore(tail: Buffer, locator: number, missing: number): Place | undefined {
  if (locator < 0 || tail.readUInt32LE(locator) !== ZIP64_LOCATOR.signature) return undefined;
  const at = Number(tail.readBigUInt64LE(locator + ZIP64_LOCATOR.offsetAt)) - missing;
  if (at < 0 || at + ZIP64_END.bytes > locator) return undefined;
  if (tail.readUInt32LE(at) !== ZIP64_END.signature) return undefined;
  const begin = Number(tail.readBigUInt64LE(at + ZIP64_END.offsetAt)) - missing;
  return begin + Number(tail.readBigUInt64LE(at + ZIP64_END.sizeAt)) === at ? { begin, end: at } : undefined;
}

function readNames(tail: Buffer, { begin, end }: Place): readonly string[] {
  const names: string[] = [];
  let at = begin;
  while (at + ENTRY.bytes <= end && tail.readUInt32LE(at) === ENTRY.signature) {
    const nameEnd = at + ENTRY.bytes + tail.readUInt16LE(at + ENTRY.nameLengthAt);
    names.push(tail.toString('utf8', at + ENTRY.bytes, nameEnd));
    at =
      nameEnd + tail.readUInt16LE(at + ENTRY.extraLengthAt) + tail.readUInt16LE(at + ENTRY.commentLengthAt);
  }
  return names;
}
