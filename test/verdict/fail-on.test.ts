import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Failure } from '../../src/failure.ts';
import { failingExitCode, parseFailOn } from '../../src/verdict/fail-on.ts';
import { type PackageResult, runResult } from '../../src/verdict/result.ts';
import { verdictExitCodes } from '../../src/verdict/verdict.ts';
import {
  buildFailed,
  difference,
  inconclusive,
  notReproduced,
  packageResult,
  rejected,
  reproduced,
} from '../support/results.ts';

const internal = packageResult('a', {
  kind: 'internal',
  reason: 'internal',
  failure: new Failure('internal', 'x'),
});
const differing = notReproduced([difference('content', 'a')]);

describe('what a run fails on', () => {
  const cases: readonly (readonly [
    words: readonly string[],
    packages: readonly PackageResult[],
    code: number,
  ])[] = [
    [[], [reproduced(), differing], 1],
    [[], [reproduced(), inconclusive()], 4],
    [['not-reproduced'], [reproduced(), inconclusive()], 0],
    [['not-reproduced'], [differing, inconclusive(), buildFailed()], 1],
    [['inconclusive'], [differing, inconclusive()], 4],
    [['build-failed,inconclusive'], [differing, inconclusive(), buildFailed()], 3],
    [['build-failed', 'inconclusive'], [differing], 0],
    [['none'], [differing, inconclusive(), buildFailed()], 0],
    [['none'], [differing, rejected()], 5],
    [['none'], [differing, internal], 70],
    [['rejected'], [rejected(), internal], 70],
  ];
  for (const [words, packages, code] of cases) {
    const kinds = packages.map(({ verdict }) => verdict.kind);
    it(`${words.join(' ') || 'by itself'} of ${kinds.join(', ')} is ${code}`, () => {
      assert.equal(failingExitCode(runResult(packages), parseFailOn(words)), code);
    });
  }

  it('says nothing about what else ends a run with a code', () => {
    const stale = { ...runResult([reproduced()]), exitCode: 6 };
    assert.ok(!Object.values(verdictExitCodes).includes(6));
    assert.equal(failingExitCode(stale, parseFailOn(['none'])), 6);
  });

  it('is a closed list, and none stands by itself', () => {
    for (const words of [['all'], ['none', 'inconclusive'], ['reproduced'], [''], ['internal']])
      assert.throws(() => parseFailOn(words), Failure, words.join());
  });
});
