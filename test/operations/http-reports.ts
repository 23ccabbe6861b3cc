import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Failure } from '#core/failure.ts';
import type { Job } from '#domain/job.ts';
import type { Data, Ordered } from './model-reports.ts';

/** A vendor of reports in another process: what was ordered, and how often each was looked at. */
export type ReportServer = { readonly url: string; readonly ordered: string[]; close(): void };

const LOOKS_UNTIL_DONE = 2;

export async function serveReports(): Promise<ReportServer> {
  const ordered: string[] = [];
  const looks = new Map<number, number>();
  const server = createServer((request, response) => {
    const [, what = '', which = ''] = (request.url ?? '').split('/');
    if (what === 'order') ordered.push(which);
    const look = (looks.get(Number(which)) ?? 0) + 1;
    if (what === 'look') looks.set(Number(which), look);
    response.end(JSON.stringify({ ordered, isDone: look > LOOKS_UNTIL_DONE }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, ordered, close: () => void server.close() };
}

type Answer = { readonly ordered: string[]; readonly isDone: boolean };

async function ask(url: string): Promise<Answer> {
  try {
    return (await (await fetch(url)).json()) as Answer;
  } catch (cause) {
    throw new Failure('VENDOR_UNAVAILABLE', { cause });
  }
}

/** A report of the server, which comes as a file. */
export function reportAt(url: string): Job<Data, string, Ordered> {
  return {
    order: {
      prepare: async ({ tag }) => ({ evidence: tag }),
      send: async ({ tag }) => ({ report: (await ask(`${url}/order/${tag}`)).ordered.length }),
      settle: async (tag) => {
        const at = (await ask(`${url}/orders`)).ordered.indexOf(tag);
        return at < 0 ? 'not_done' : { answer: { report: at + 1 } };
      },
    },
    async follow({ report }, { openFile }) {
      const { isDone } = await ask(`${url}/look/${report}`);
      if (!isDone) return { state: 'running', progress: 0.5, againInMs: 10 };
      const sink = await openFile();
      await sink.write(Buffer.from(`report ${report}`));
      return { result: {}, file: await sink.finish('report.txt', 'text/plain') };
    },
  };
}

/** The message that is asked again after the kill. */
export const ORDER = {
  ...{ client: 'pos-1', address: 'reports', action: 'make', account: 'ofd', token: null },
  ...{ operationId: 'op-1', data: { tag: 'op-1' }, showPersonalData: false },
};
