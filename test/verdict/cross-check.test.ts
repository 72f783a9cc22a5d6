import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Failure } from '../../src/failure.ts';
import { renderJson } from '../../src/report/json-report.ts';
import { renderMarkdown } from '../../src/report/markdown-report.ts';
import { renderText } from '../../src/report/text-report.ts';
import { crossCheck } from '../../src/verdict/cross-check.ts';
import { type PackageResult, runResult } from '../../src/verdict/result.ts';
import { verdictOfFailure } from '../../src/verdict/verdict.ts';
import { packageResult } from '../support/results.ts';
import { schemaValidator } from '../support/schemas.ts';

const verdict = verdictOfFailure(new Failure('network-required', 'text'))!;

interface Given {
  readonly version?: string;
  readonly commit?: string;
  readonly sources?: readonly object[];
  readonly code?: 'network-required' | 'step-failed';
  readonly planned?: boolean;
}

function built(architecture: string, name: string, given: Given = {}): PackageResult {
  const {
    version = '1.0-r0',
    commit = 'c0ffee',
    sources = [],
    code = 'network-required',
    planned = true,
  } = given;
  const result = packageResult(
    `${name}:${architecture}`,
    verdictOfFailure(new Failure(code, 'text')) ?? verdict,
  );
  const plan = { builder: { recipeFile: { commit }, printedVersion: 'v0.59.1' }, sources };
  return {
    ...result,
    subject: { ...result.subject!, name, version, architecture },
    ...(planned
      ? { plan: { identity: result.subject!.sha256, plan } as unknown as NonNullable<PackageResult['plan']> }
      : {}),
  };
}

const traitsOf = (...packages: readonly PackageResult[]) =>
  crossCheck(packages).map(({ name, differing }) => [name, ...differing.map(({ trait }) => trait)]);

describe('packages of one name for several architectures', () => {
  const cases: readonly (readonly [what: string, given: Given, differs: readonly string[]])[] = [
    ['nothing', {}, []],
    ['the version', { version: '1.0-r1' }, ['version']],
    ['the commit of the recipe', { commit: 'beef' }, ['commit']],
    ['a source', { sources: [{ uri: 'https://example.org/a' }] }, ['sources']],
    ['the verdict', { code: 'step-failed' }, ['verdict']],
    ['what is not known for one of them', { commit: 'beef', planned: false }, []],
  ];
  for (const [what, given, differs] of cases) {
    it(`differ in ${what}`, () => {
      assert.deepEqual(traitsOf(built('x86_64', 'a'), built('aarch64', 'a', given)), [['a', ...differs]]);
    });
  }

  it('are held beside each other name by name, and only where each architecture occurs once', () => {
    const many = [built('x86_64', 'a'), built('x86_64', 'b'), built('aarch64', 'b'), built('x86_64', 'c')];
    assert.deepEqual(traitsOf(...many), [['b']]);
    assert.deepEqual(traitsOf(...many, built('x86_64', 'b', { version: '2-r0' })), []);
  });

  it('are shown in reports, and only there where there are any', () => {
    const pair = runResult([
      built('x86_64', 'a', { planned: false }),
      built('aarch64', 'a', { version: '2-r0', planned: false }),
    ]);
    const line = 'a for x86_64 and aarch64: different version (x86_64 1.0-r0, aarch64 2-r0)';
    assert.ok(renderText(pair).includes(`\n${line}\n`));
    assert.ok(renderMarkdown(pair).includes(line));
    const validate = schemaValidator('result-1');
    assert.ok(validate(JSON.parse(renderJson(pair))), JSON.stringify(validate.errors));
    const alone = runResult([built('x86_64', 'a', { planned: false })]);
    assert.ok(!renderJson(alone).includes('crossChecks'));
  });
});
