import { readFile } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { Failure } from '#core/failure.ts';
import type { Dialect } from '#protocol/frame.ts';
import type { HttpHandler, HttpRoute } from './http.ts';
import { writeMessage, writeRefusal } from './http-answer.ts';

/** One fixed path that answers JSON. `status` is asked anew each time. */
export function createProbeRoute(path: string, probe: () => { status: number; body: unknown }): HttpRoute {
  const handler: HttpHandler = {
    methods: ['GET', 'HEAD'],
    handle(_request, response) {
      const { status, body } = probe();
      writeMessage(response, status, JSON.stringify(body));
    },
  };
  return { route: (pathname) => (pathname === path ? handler : undefined) };
}

export type SchemaRouteOptions = {
  /** The folder the schemas are in. */
  readonly directory: string;
  readonly dialect: Dialect;
  /** Why this request may not see them; undefined when it may. */
  readonly refusal: (request: IncomingMessage) => Failure | undefined;
};

/** `/schemas/<name>.json`: the contract of every action, as files. */
export function createSchemaRoute(options: SchemaRouteOptions): HttpRoute {
  return {
    route(pathname) {
      // The pattern is the protection: no slash, nothing that leads out of the folder.
      const name = /^\/schemas\/([a-z0-9_.-]+\.json)$/i.exec(pathname)?.[1];
      if (name === undefined) return undefined;
      return {
        methods: ['GET', 'HEAD'],
        handle: (request, response) => serveSchema(request, response, name, options),
      };
    },
  };
}

function serveSchema(
  request: IncomingMessage,
  response: ServerResponse,
  name: string,
  { directory, dialect, refusal }: SchemaRouteOptions,
): void {
  const refused = refusal(request);
  if (refused) return writeRefusal(response, dialect, 401, refused);
  readFile(join(directory, name), 'utf8', (error, text) => {
    if (error) notFound(response, dialect, name);
    else writeMessage(response, 200, text);
  });
}

function notFound(response: ServerResponse, dialect: Dialect, name: string): void {
  const description = `нет такой схемы: ${name}`;
  writeRefusal(response, dialect, 404, new Failure('BUS_MALFORMED_MESSAGE', { description }));
}
