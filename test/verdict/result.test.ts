import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure, type FailureCode } from '../../src/failure.ts';
import { type PackageResult, runResult } from '../../src/verdict/result.ts';
import { verdictOfFailure } from '../../src/verdict/verdict.ts';

function resultOf(code: FailureCode): PackageResult {
  return { file: code, verdict: verdictOfFailure(new Failure(code, 'text'))! } as PackageResult;
}

test('a run keeps the order of its packages and ends with the worst verdict', () => {
  const run = runResult([resultOf('no-recipe'), resultOf('malformed'), resultOf('step-failed')]);
  assert.deepEqual(
    run.packages.map(({ file }) => file),
    ['no-recipe', 'malformed', 'step-failed'],
  );
  assert.deepEqual([run.verdict, run.exitCode], ['rejected', 5]);
});

test('a run of nothing says nothing', () => {
  const run = runResult([]);
  assert.deepEqual([run.verdict, run.exitCode], ['inconclusive', 4]);
});
