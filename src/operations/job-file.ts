import { Failure } from '#core/failure.ts';
import type { JobFile, JobFileSink } from '#domain/job.ts';
import type { JobFiles } from '#store/job-files.ts';
import { StoreError } from '#store/store-error.ts';

async function guarded<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    const isFull = cause instanceof StoreError && cause.fault === 'full';
    const description = isFull
      ? 'файл задания не сохранён: на диске шины не осталось места'
      : 'файл задания не сохранён: подробности в журнале работы шины';
    throw new Failure('BUS_INTERNAL_ERROR', { description, cause });
  }
}

/** A new file of the job, which fails in the words of clients. */
export async function openJobFile(files: JobFiles, id: string): Promise<JobFileSink> {
  const file = await guarded(files.create(id));
  return {
    write: (chunk) => guarded(file.write(chunk)),
    async finish(name, mediaType): Promise<JobFile> {
      const { size, sha256 } = await guarded(file.finish());
      return { name, size, sha256, media_type: mediaType };
    },
    discard: () => guarded(file.discard()),
  };
}

/** A text as a file of the job. */
export async function writeJobFile(
  files: JobFiles,
  id: string,
  { name, mediaType, text }: { readonly name: string; readonly mediaType: string; readonly text: string },
): Promise<JobFile> {
  const sink = await openJobFile(files, id);
  await sink.write(Buffer.from(text));
  return sink.finish(name, mediaType);
}
