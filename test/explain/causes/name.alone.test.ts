import assert from 'node:assert/strict';
import { test } from 'node:test';
import { comparePackages } from '../../../src/compare/compare.ts';
import { allDifferences, isUnequal } from '../../../src/compare/comparison.ts';
import { nothingBuiltAgain } from '../../../src/explain/causes/evidence.ts';
import { nameCauses } from '../../../src/explain/causes/name.ts';
import { apkOf, fileOf, sourceOf, usualPkgInfo } from '../../support/apk-builder.ts';

const nobodysBuild = {
  plan: undefined,
  steps: [],
  environment: new Map<string, string>(),
  facts: undefined,
  substituted: undefined,
  stability: nothingBuiltAgain,
};

test('every difference has a cause, and those beyond the limit share one', async () => {
  const most = 20_000;
  const side = (value: string) =>
    sourceOf(
      apkOf({
        data: Array.from({ length: 500 }, (_, at) => fileOf(`f${at}`, value)),
        pkginfo: [...usualPkgInfo, ...Array.from({ length: most }, (_, at) => `x${at} = ${value}`)],
      }),
    );
  const [published, rebuilt] = [side('a'), side('b')];
  const comparison = await comparePackages(published, rebuilt);
  assert.ok(isUnequal(comparison));
  const named = await nameCauses(comparison, { published, rebuilt }, nobodysBuild);
  const differences = allDifferences(named.sections).filter(({ name }) => name !== 'datahash');
  assert.ok(differences.length >= most + 500);
  assert.ok(differences.every(({ causes = [] }) => causes.length > 0));
  assert.equal(new Set(differences.map(({ causes }) => causes)).size, most + 1);
});
