import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Client, Clients } from '#bus/client.ts';
import { Failure } from '#core/failure.ts';
import type { Log } from '#core/log.ts';
import type { Dialect } from '#protocol/frame.ts';
import { clientOf } from './credentials.ts';
import type { HttpRoute } from './http.ts';
import { writeRefusal } from './http-answer.ts';
import { corsHeaders } from './origin.ts';

/** A file that was found, for whoever may have it. */
export type FoundFile = {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly mediaType: string;
  open(): Promise<AsyncIterable<Uint8Array>>;
};

export type FilesRouteOptions = {
  readonly dialect: Dialect;
  readonly log: Log;
  /** Asked anew each time, since a reload replaces them. */
  readonly clients: () => Clients;
  /** Rejects with `BUS_JOB_NOT_FOUND` or `BUS_ACCESS_DENIED`. */
  readonly find: (jobId: string, client: Client) => Promise<FoundFile>;
};

const STATUS: Readonly<Record<string, number>> = {
  BUS_NOT_AUTHENTICATED: 401,
  BUS_ACCESS_DENIED: 403,
  BUS_JOB_NOT_FOUND: 404,
};

/** RFC 6266 4.3: a name in ASCII for old browsers, and the real one (RFC 8187). */
function contentDisposition(name: string): string {
  const ascii = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}

/** `/files/<job id>`: what a job has downloaded, as it is on disk. */
export function createFilesRoute(options: FilesRouteOptions): HttpRoute {
  return {
    route(pathname) {
      const jobId = /^\/files\/([^/]+)$/.exec(pathname)?.[1];
      if (jobId === undefined) return undefined;
      return {
        methods: ['GET', 'HEAD'],
        handle: (request, response) => {
          serveFile(request, response, jobId, options).catch((error: unknown) => {
            if (response.headersSent) response.destroy();
            else refuse(request, response, Failure.from(error), options);
          });
        },
      };
    },
  };
}

function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  failure: Failure,
  { dialect, log }: FilesRouteOptions,
): void {
  if (failure.cause !== undefined) log.error({ error: failure.cause }, 'a file was not served');
  writeRefusal(response, dialect, STATUS[failure.name] ?? 500, failure, corsHeaders(request));
}

async function serveFile(
  request: IncomingMessage,
  response: ServerResponse,
  jobId: string,
  { clients, find }: FilesRouteOptions,
): Promise<void> {
  const client = clientOf(request, clients());
  if (client instanceof Failure) throw client;
  if (clients().required && !client.authenticated) throw new Failure('BUS_NOT_AUTHENTICATED');
  const { name, size, mediaType, open } = await find(jobId, client);
  const bytes = request.method === 'HEAD' ? undefined : await open();
  response.writeHead(200, {
    'content-type': mediaType,
    'content-length': size,
    'content-disposition': contentDisposition(name),
    'cache-control': 'private, no-store',
    'x-content-type-options': 'nosniff',
    ...corsHeaders(request),
  });
  if (bytes) await pipeline(bytes, response);
  else response.end();
}
