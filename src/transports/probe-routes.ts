import { readFile } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { Failure } from '#core/failure.ts';
import type { Dialect } from '#protocol/frame.ts';
import type { HttpRoute } from './http.ts';
import { writeMessage, writeRefusal } from './http-answer.ts';

/** One fixed path that answers JSON. `status` is asked anew each time. */
export function createProbeRoute(path: string, probe: () => { status: number; body: unknown }): HttpRoute {
  return {
    match: (pathname) => (pathname === path ? path : undefined),
    methods: ['GET', 'HEAD'],
    handle(_request, response) {
      const { status, body } = probe();
      writeMessage(response, status, JSON.stringify(body));
    },
  };
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
    // The pattern is the protection: no slash, nothing that leads out of the folder.
    match: (pathname) => /^\/schemas\/([a-z0-9_.-]+\.json)$/i.exec(pathname)?.[1],
    methods: ['GET', 'HEAD'],
    handle(request, response, name) {
      const refusal = options.refusal(request);
      if (refusal) return writeRefusal(response, options.dialect, 401, refusal);
      readFile(join(options.directory, String(name)), 'utf8', (error, text) => {
        if (!error) return writeMessage(response, 200, text);
        notFound(response, options.dialect, String(name));
      });
    },
  };
}

function notFound(response: ServerResponse, dialect: Dialect, name: string): void {
  const description = `нет такой схемы: ${name}`;
  writeRefusal(response, dialect, 404, new Failure('BUS_MALFORMED_MESSAGE', { description }));
}
