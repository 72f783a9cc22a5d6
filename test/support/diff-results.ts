/** Results of `diff`, made by hand. */
import assert from 'node:assert/strict';
import type { TreeComparison } from '../../src/compare/trees.ts';
import type { DiffResult } from '../../src/diff.ts';
import { difference, everyDifference, reproduced, unequal } from './results.ts';
import { hostileStrings } from './runs.ts';

export const names = { published: 'one/hello-1.0-r0.apk', rebuilt: 'two/hello-1.0-r0.apk' };
export const packages = (differences = everyDifference()): DiffResult => ({
  ...names,
  kind: 'packages',
  comparison: unequal(differences),
});
export const trees = (differences: TreeComparison['differences']): DiffResult => ({
  ...names,
  kind: 'trees',
  comparison: {
    section: 'files',
    likeness: differences.length === 0 ? 'identical' : 'different',
    differences,
  },
});
export const same = (): DiffResult => {
  const { verdict } = reproduced();
  assert.equal(verdict.kind, 'reproduced');
  return {
    ...names,
    kind: 'packages',
    comparison: { files: { equal: true, proof: verdict.proof }, sbom: 'identical' },
  };
};
export const worst = (): DiffResult => ({
  ...packages(
    Object.values(hostileStrings).map((text) =>
      difference('content', text, { published: text, rebuilt: text, name: text }),
    ),
  ),
  published: hostileStrings['script']!,
  rebuilt: hostileStrings['markdown']!,
});
export const manyFiles = () =>
  trees(
    Array.from({ length: 5000 }, (_, index) =>
      difference('link-target', `usr/share/${index}`, { section: 'files', rebuilt: `to ${index}` }),
    ),
  );
