import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { claimFindingTitles } from '../../src/claim/findings.ts';
import { causeTitles } from '../../src/compare/cause.ts';
import { differenceTitles, originTitles } from '../../src/compare/difference.ts';
import { formatTitles, partTitles } from '../../src/compare/part.ts';
import { sbomDifferenceTitles } from '../../src/compare/sbom-elements.ts';
import { factors } from '../../src/explain/factors.ts';
import { failureClasses } from '../../src/failure.ts';
import { valueBounds } from '../../src/report/bounds.ts';
import { substitutionTitles } from '../../src/report/explanation-facts.ts';
import { renderJson } from '../../src/report/json-report.ts';
import { renderJsonLines } from '../../src/report/jsonl-report.ts';
import { nextSteps, verdictTitles } from '../../src/report/words.ts';
import type { StatedRun } from '../../src/verdict/stated.ts';
import { everything, hostile, hostileStrings, incomplete, manyDifferences } from '../support/runs.ts';
import { readSchema, schemaValidator } from '../support/schemas.ts';

const schema = readSchema('result-1');

type Node = { readonly [key: string]: unknown };

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;

/** The names of lists that have no count beside them; the run's own list of packages is never cut. */
function* listsWithoutCount(node: Node, document: Node): Generator<string> {
  const { properties } = node;
  if (isNode(properties)) {
    for (const [name, member] of Object.entries(properties))
      if (isList(member, document) && properties[`${name}Count`] === undefined) yield name;
  }
  for (const member of Object.values(node)) if (isNode(member)) yield* listsWithoutCount(member, document);
}

function isList(value: unknown, document: Node): boolean {
  if (!isNode(value)) return false;
  const { $ref, type, oneOf } = value;
  if (typeof $ref === 'string') {
    const [urn = '', path = ''] = $ref.split('#/');
    const target = urn === '' ? document : readSchema(urn.replace('urn:wolfi-repro:schema:', ''));
    return isList(
      path.split('/').reduce<unknown>((at, part) => (isNode(at) ? at[part] : undefined), target),
      document,
    );
  }
  return type === 'array' || (Array.isArray(oneOf) && oneOf.some((each) => isList(each, document)));
}

describe('results as JSON', () => {
  let validate: ValidateFunction;
  let validateLine: ValidateFunction;
  before(() => {
    validate = schemaValidator('result-1');
    validateLine = schemaValidator('result-1', '#/$defs/line');
  });

  const results: Readonly<Record<string, () => StatedRun>> = {
    everything,
    incomplete,
    hostile,
    'as many differences as are listed': () => manyDifferences(valueBounds.list),
    'more differences than are listed': () => manyDifferences(valueBounds.list + 1),
  };
  for (const [name, make] of Object.entries(results)) {
    it(`fit the published schema: ${name}`, () => {
      const value: unknown = JSON.parse(renderJson(make()));
      assert.ok(validate(value), JSON.stringify(validate.errors?.slice(0, 3)));
    });

    it(`fit it line by line: ${name}`, () => {
      const lines = renderJsonLines(make()).split('\n');
      assert.equal(lines.pop(), '');
      const { packages, runs } = make();
      assert.equal(lines.length, packages.length + (runs === undefined ? 0 : 2));
      for (const line of lines)
        assert.ok(validateLine(JSON.parse(line)), JSON.stringify(validateLine.errors));
    });
  }

  it('may have the true count beside every list of a schema', () => {
    for (const name of ['result-1', 'comparison-1', 'tree-comparison-1', 'inspection-1']) {
      const document: Node = { ...readSchema(name) };
      const lacking = [...listsWithoutCount(document, document)];
      // Results, and with --timings how long each took.
      assert.deepEqual(lacking, name === 'result-1' ? ['packages', 'packages'] : [], name);
    }
  });

  it('do not fit it with an unknown member, or without a required one', () => {
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
      'difference/properties/followsFrom/properties/kind': originTitles,
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
