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

/** A validator for a schema, or for a `#/$defs/…` of it. */
export function schemaValidator(name: string, part = ''): ValidateFunction {
  const ajv = new Ajv2020({ allErrors: false, strict: true, strictTypes: false, strictRequired: false });
  for (const each of schemaNames) ajv.addSchema(readSchema(each));
  return ajv.compile({ $ref: `${readSchema(name).$id}${part}` });
}
