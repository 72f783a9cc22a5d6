import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Failure } from '../../src/failure.ts';
import { exitCodeOf } from '../../src/verdict/acceptance.ts';
import { parseFailOn } from '../../src/verdict/fail-on.ts';
import { type PackageResult, runResult } from '../../src/verdict/result.ts';
import {
  buildFailed,
  difference,
  digest,
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
      assert.equal(exitCodeOf(runResult(packages), parseFailOn(words)), code);
    });
  }

  it('hides neither a rule that is not needed any more nor results that are missing, whatever it lets pass', () => {
    const rule = { rule: 'a', owner: 'ann', until: '2027-02-28' };
    const policy = { digest: digest('policy'), notices: [{ ...rule, kind: 'unused' } as const] };
    const incomplete = { gaps: [{ kind: 'cut-short', judged: 1, toJudge: 2 } as const], isAllowed: false };
    for (const packages of [[reproduced()], [reproduced(), differing]]) {
      assert.equal(exitCodeOf({ packages, policy }, parseFailOn(['none'])), 6);
      assert.equal(exitCodeOf({ packages, policy, incomplete }, parseFailOn(['none'])), 4);
      const wanted = { ...incomplete, isAllowed: true };
      assert.equal(exitCodeOf({ packages, incomplete: wanted }, parseFailOn(['none'])), 0);
    }
    assert.equal(
      exitCodeOf({ packages: [differing], policy, incomplete }, parseFailOn(['not-reproduced'])),
      1,
    );
  });

  it('is a closed list, and none stands by itself', () => {
    for (const words of [['all'], ['none', 'inconclusive'], ['reproduced'], [''], ['internal']])
      assert.throws(() => parseFailOn(words), Failure, words.join());
  });
});
