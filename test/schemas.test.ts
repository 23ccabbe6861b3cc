import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { allSchemas } from '#schemas.ts';

const FOLDER = fileURLToPath(new URL('../schemas', import.meta.url));

/** These are written by the tests of their own subject; here they are compared like the others, and not written. */
const WRITTEN_ELSEWHERE = ['config.json', 'fixture.json'];

const schemas = allSchemas();

describe('schemas/', () => {
  test.each([...schemas].filter(([name]) => !WRITTEN_ELSEWHERE.includes(name)))(
    'holds %s as the code has it',
    async (name, text) => {
      await expect(text).toMatchFileSnapshot(`../schemas/${name}`);
    },
  );

  test.each(WRITTEN_ELSEWHERE)('holds %s as the code has it', (name) => {
    expect(readFileSync(`${FOLDER}/${name}`, 'utf8')).toBe(schemas.get(name));
  });

  test('holds nothing that no code has', () => {
    expect(readdirSync(FOLDER).filter((name) => !schemas.has(name))).toEqual([]);
  });
});

describe('every schema', () => {
  test.each([...schemas])('is one that any validator understands: %s', (_name, text) => {
    expect(() => new Ajv2020({ strict: false }).compile(JSON.parse(text))).not.toThrow();
  });
});
