import type { TSchema } from 'typebox';
import * as commonActions from '#actions/index.ts';
import { Fixture } from '#replay/fixture.ts';
import { vendors } from './app.ts';
import { configSchema } from './config.ts';

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/** The contract as files, by name: what every action takes and gives, the configuration, and fixtures. */
export function allSchemas(): ReadonlyMap<string, string> {
  const actions = [...Object.values(commonActions), ...vendors.flatMap((vendor) => vendor.actions)];
  return new Map([
    ['config.json', toText(configSchema(vendors))],
    ['fixture.json', toText({ $schema: DIALECT, ...Fixture })],
    ...actions.flatMap(({ address, action, request, reply }) => [
      file(`${address}.${action}.request`, `data of a request: ${address}, ${action}`, request),
      file(`${address}.${action}.reply`, `data of the answer: ${address}, ${action}`, reply),
    ]),
  ]);
}

function file(name: string, title: string, schema: TSchema): [name: string, text: string] {
  const id = `${name}.json`;
  return [id, toText({ $schema: DIALECT, $id: id, title, ...schema })];
}

function toText(schema: unknown): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}
