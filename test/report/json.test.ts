import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { claimFindingTitles } from '../../src/claim/findings.ts';
import { causeTitles } from '../../src/compare/cause.ts';
import { differenceTitles } from '../../src/compare/difference.ts';
import { formatTitles, partTitles } from '../../src/compare/part.ts';
import { sbomDifferenceTitles } from '../../src/compare/sbom-elements.ts';
import { factors } from '../../src/explain/triangulation.ts';
import { failureClasses } from '../../src/failure.ts';
import { substitutionTitles } from '../../src/report/explanation.ts';
import { renderJson } from '../../src/report/json.ts';
import { renderJsonLines } from '../../src/report/jsonl.ts';
import { nextSteps, verdictTitles } from '../../src/report/words.ts';
import { everything, hostile, hostileStrings, manyDifferences } from '../support/runs.ts';
import { readSchema, schemaValidator } from '../support/schemas.ts';

const schema = readSchema('result-1');

describe('results as JSON', () => {
  let validate: ValidateFunction;
  let validateLine: ValidateFunction;
  before(() => {
    validate = schemaValidator('result-1');
    validateLine = schemaValidator('result-1', '#/$defs/line');
  });

  const results = { everything, hostile, 'ten thousand differences': () => manyDifferences(10_000) };
  for (const [name, make] of Object.entries(results)) {
    it(`fit the published schema: ${name}`, () => {
      const value: unknown = JSON.parse(renderJson(make()));
      assert.ok(validate(value), JSON.stringify(validate.errors?.slice(0, 3)));
    });

    it(`fit it line by line: ${name}`, () => {
      const lines = renderJsonLines(make()).split('\n');
      assert.equal(lines.pop(), '');
      assert.equal(lines.length, make().packages.length);
      for (const line of lines)
        assert.ok(validateLine(JSON.parse(line)), JSON.stringify(validateLine.errors));
    });
  }

  it('do not fit it with a member that it does not know, or without one that it wants', () => {
    const value = () => JSON.parse(renderJson(everything())) as { packages: Record<string, unknown>[] };
    const changes: readonly ((each: Record<string, unknown>) => void)[] = [
      (each) => (each['odd'] = 1),
      (each) => delete each['docs'],
      (each) => (each['verdict'] = 'fine'),
      (each) => (each['reason'] = 'step-failed'),
      (each) => (each['subject'] = { sha256: 'no digest', size: 1 }),
    ];
    for (const change of changes) {
      const changed = value();
      change(changed.packages[1]!);
      assert.ok(!validate(changed), change.toString());
    }
  });

  it('come in the words that the schema lists, no more and no fewer', () => {
    const enumOf = (path: string) =>
      path
        .split('/')
        .reduce((value, key) => (value as Record<string, unknown>)[key], schema.$defs as unknown);
    const tables: Readonly<Record<string, object>> = {
      verdict: verdictTitles,
      reason: nextSteps,
      'difference/properties/kind': differenceTitles,
      'cause/properties/kind': causeTitles,
      'part/properties/kind': partTitles,
      'part/properties/format': formatTitles,
      'substitution/properties/kind': substitutionTitles,
      factor: Object.fromEntries(factors.map((factor) => [factor, factor])),
      'finding/properties/kind': claimFindingTitles,
      'comparison/properties/sbomDifferences/items/properties/kind': sbomDifferenceTitles,
    };
    for (const [path, table] of Object.entries(tables)) {
      const { enum: listed } = enumOf(path) as { enum: string[] };
      assert.deepEqual(new Set(listed), new Set(Object.keys(table)), path);
    }
    const { oneOf } = enumOf('package') as {
      oneOf: { properties: { verdict: { const: string }; reason: { enum: string[] } } }[];
    };
    for (const { properties } of oneOf.slice(2)) {
      const codes = Object.entries(failureClasses).filter(([, kind]) => kind === properties.verdict.const);
      assert.deepEqual(new Set(properties.reason.enum), new Set(codes.map(([code]) => code)));
    }
  });

  it('give hostile strings back as they were', () => {
    const { packages } = JSON.parse(renderJson(hostile())) as { packages: { file: string }[] };
    assert.deepEqual([...new Set(packages.map(({ file }) => file))], Object.values(hostileStrings));
  });
});
