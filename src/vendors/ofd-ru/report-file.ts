import type { Call } from '#core/call.ts';
import { Failure } from '#core/failure.ts';
import type { HttpResponse } from '#core/http.ts';
import type { JobContext, JobFile, JobFileSink } from '#domain/job.ts';
import { complaintAbout, dataOf, errorNameIn } from './answer.ts';
import type { Cabinet } from './cabinet.ts';
import type { ReportRow } from './report-list.ts';
import { queryOfUrl, reportPath } from './report-url.ts';
import { untagged } from './tag.ts';

/** A report of more is nobody's to read; also what a broken server may send at most. */
const MAX_FILE_BYTES = 1024 * 1024 * 1024;

const MAX_NAME_CHARACTERS = 100;

/** Whose file it is; `row` is what the list tells of it. */
export type FileRequest = {
  readonly id: string;
  readonly agreementId: string | null;
  readonly row: ReportRow | null;
};

/** The file; `not_ready` when the vendor says `ReportNotDone`, which may also mean that there is no such report. */
export type Fetched = { readonly file: JobFile } | 'not_ready' | { readonly failure: Failure };

/** What the client sees: fit for a file name anywhere. */
function fileName({ id, row }: FileRequest, extension: string): string {
  const name = untagged(row?.name ?? row?.reportType ?? id)
    .replace(/[\p{Cc}\\/:*?"<>|]+/gu, '_')
    .replace(/^\.+/, '_')
    .slice(0, MAX_NAME_CHARACTERS)
    .toWellFormed()
    .trim();
  return `${name || id}.${extension}`;
}

/** Why there was no file: a failure that will be the same next time, else it is thrown to be asked again. */
function noFile(response: HttpResponse, { http }: Cabinet): Fetched {
  if (errorNameIn(response, http) === 'ReportNotDone') return 'not_ready';
  try {
    dataOf(response, http);
  } catch (caught) {
    const failure = Failure.from(caught);
    if (failure.name !== 'VENDOR_REJECTED') throw failure;
    return { failure };
  }
  return { failure: complaintAbout(response, http)('not_a_file', 'вместо файла отчёта пришёл JSON') };
}

function isTooLarge({ details }: Failure): boolean {
  return details !== undefined && 'code' in details && details.code === 'too_large';
}

/**
 * 5.1 'Загрузка отчета по ID', streamed to a file of the job. What it is says its content: the vendor speaks of
 * XLSX, sends archives, and answers errors under 200. No half file is left.
 */
export async function fetchFile(
  cabinet: Cabinet,
  request: FileRequest,
  { call, openFile }: Pick<JobContext, 'openFile'> & { readonly call: Call },
): Promise<Fetched> {
  const path = reportPath(request.id);
  const query = queryOfUrl(request.row?.fields.DownloadUrl, path, cabinet.baseUrl);
  const { agreementId } = request;
  const own = agreementId === null ? [] : [['ofdAgreementId', agreementId] as const];
  let sink: JobFileSink | undefined;
  let diskFailure: Failure | undefined;
  const onDisk = <T>(work: Promise<T>): Promise<T> =>
    work.catch((caught: unknown) => {
      diskFailure = Failure.from(caught);
      throw diskFailure;
    });
  let response: HttpResponse;
  try {
    const opened = await onDisk(openFile());
    sink = opened;
    const target = {
      maxBytes: MAX_FILE_BYTES,
      write: (chunk: Uint8Array) => onDisk(opened.write(chunk)),
    };
    const get = { method: 'GET', path, query: query ?? own, effect: 'read' } as const;
    response = await cabinet.session.download(get, call, target);
    const { file } = response;
    if (file) return { file: await onDisk(opened.finish(fileName(request, file.extension), file.mediaType)) };
  } catch (caught) {
    await sink?.discard();
    const failure = Failure.from(caught);
    if (failure === diskFailure || isTooLarge(failure)) return { failure };
    throw failure;
  }
  await sink.discard();
  return noFile(response, cabinet);
}
