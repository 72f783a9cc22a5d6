import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { comparePackages } from '../../src/compare/compare.ts';
import { compareFiles, type EqualFiles } from '../../src/compare/compare-files.ts';
import type { Equivalence, UnequalComparison } from '../../src/compare/comparison.ts';
import { type Counterfactual, type EmittedPackage, packageSource } from '../../src/emit/package.ts';
import type { Explanation } from '../../src/explain/counterfactual/explanation.ts';
import { isUnstable, joinPlaces, type Place, withoutPlaces } from '../../src/explain/triangulation.ts';
import { decide, decideOnBuilds } from '../../src/verdict/verdict.ts';

const unequal = {
  files: { equal: false, firstDifference: 0 },
  sections: [],
  equivalence: 'content',
  sbom: 'identical',
  sbomDifferences: [],
} as unknown as UnequalComparison;

const equivalences: readonly Equivalence[] = ['recompressed', 'sbom-only', 'metadata-only', 'content'];

describe('a counterfactual', () => {
  it('is not accepted by a comparison or a report of bytes', () => {
    const misuses = [
      // @ts-expect-error no rebuilt package
      (counterfactual: Counterfactual): EmittedPackage => counterfactual,
      // @ts-expect-error no rebuilt package
      (counterfactual: Counterfactual) => packageSource(counterfactual, undefined),
      // @ts-expect-error no source of bytes
      (counterfactual: Counterfactual) => compareFiles(counterfactual, counterfactual),
      // @ts-expect-error no source of bytes
      (counterfactual: Counterfactual) => comparePackages(counterfactual, counterfactual),
      // @ts-expect-error an explanation holds no proof of equality
      (explanation: Explanation): EqualFiles => explanation,
    ];
    assert.equal(misuses.length, 5);
  });

  it('decides which equivalence is stated, and nothing else', () => {
    for (const equivalence of equivalences) {
      const explanation: Explanation = { explained: 'proven', substitutions: [], minimal: true, equivalence };
      const verdict = decide(unequal, { kind: 'unsigned' }, undefined, explanation);
      assert.equal(verdict.kind, 'not-reproduced');
      assert.equal(verdict.kind === 'not-reproduced' && verdict.reason, equivalence);
    }
  });

  it('leaves the equivalence that was found where it proves none', () => {
    const left = { firstDifference: 1, differences: [] };
    const partly: Explanation = { explained: 'partly', substitutions: [], left };
    const none: Explanation = { explained: 'not-attempted', why: 'because' };
    for (const explanation of [partly, none, undefined]) {
      const verdict = decide(unequal, { kind: 'unsigned' }, undefined, explanation);
      assert.equal(verdict.kind === 'not-reproduced' && verdict.reason, 'content');
    }
  });
});

describe('builds of our own compared with the published file', () => {
  const place = (path: string): Place => ({ section: 'data', kind: 'content', path });
  const verdict = decide(unequal, { kind: 'unsigned' }, undefined);
  const reason = (unstable: readonly Place[], publishedOnly: readonly Place[]) => {
    const decided = decideOnBuilds(verdict, { builds: 2, unstable, publishedOnly, factors: [] });
    return decided.kind === 'not-reproduced' ? decided.reason : decided.kind;
  };

  it('are the reason only where everything that differs is unstable', () => {
    assert.equal(reason([place('a')], []), 'unstable');
    assert.equal(reason([place('a')], [place('b')]), 'content');
    assert.equal(reason([], [place('b')]), 'content');
    assert.equal(isUnstable({ builds: 2, unstable: [], publishedOnly: [], factors: [] }), false);
  });

  it('name each place once', () => {
    assert.deepEqual(joinPlaces([place('a')], [place('b'), place('a')]), [place('a'), place('b')]);
    assert.deepEqual(withoutPlaces([place('a'), place('b')], [place('a')]), [place('b')]);
  });
});
