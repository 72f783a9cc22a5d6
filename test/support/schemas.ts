/** The published schemas, compiled by a validator that is not ours. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { root } from './lab.ts';

const folder = join(root, 'docs/schema');

export interface Schema {
  readonly $id: string;
  readonly $defs: Readonly<Record<string, unknown>>;
}

export const schemaNames: readonly string[] = readdirSync(folder)
  .map((name) => name.replace(/\.json$/, ''))
  .sort();

export function readSchema(name: string): Schema {
  return JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Schema;
}

/** All schemas, for the files of tests that share a process. Its code runs a few times: to optimise it takes longer. */
let known: Ajv2020 | undefined;

/** A validator for a schema, or for a `#/$defs/…` of it. */
export function schemaValidator(name: string, part = ''): ValidateFunction {
  known ??= allSchemas();
  return known.compile({ $ref: `${readSchema(name).$id}${part}` });
}

function allSchemas(): Ajv2020 {
  const ajv = new Ajv2020({
    allErrors: false,
    strict: true,
    strictTypes: false,
    strictRequired: false,
    code: { optimize: false },
  });
  for (const each of schemaNames) ajv.addSchema(readSchema(each));
  return ajv;
}
