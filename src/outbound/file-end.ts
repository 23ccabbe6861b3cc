import type { FileType } from '#core/http.ts';
import { namesInDirectory } from './archive-directory.ts';
import type { FileTail } from './file-tail.ts';
import { XLSX, ZIP } from './file-type.ts';

/** Readers look for the mark there (PDF 32000-1, annex H.3). */
const PDF_END_BYTES = 1024;

/** What every package of Open XML has, in any place among its entries (ECMA-376, part 2). */
const CONTENT_TYPES = '[content_types].xml';

/**
 * What a file is that began as `begun`, by its end; undefined when it breaks off. A file whose kind has no end to
 * tell is whole as it came.
 */
export function endedTypeOf(begun: FileType, tail: FileTail): FileType | undefined {
  if (begun === XLSX || begun === ZIP) return archiveType(begun, tail);
  if (begun.extension !== 'pdf') return begun;
  return tail.bytes().subarray(-PDF_END_BYTES).includes('%%EOF') ? begun : undefined;
}

function archiveType(begun: FileType, tail: FileTail): FileType | undefined {
  const names = namesInDirectory(tail.bytes(), tail.size);
  // Too long a directory to be remembered: the first entry has to do.
  if (!names) return names === null ? begun : undefined;
  return names.some((name) => name.toLowerCase() === CONTENT_TYPES) ? XLSX : ZIP;
}
