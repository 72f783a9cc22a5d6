/** What reports of two sides are made of: a comparison of this run, or one that was saved and read again. */
import type { UnequalComparison } from '../compare/comparison.ts';
import type { SbomState } from '../compare/sbom-state.ts';
import type { TreeComparison } from '../compare/trees.ts';
import type { Sha256 } from '../digest.ts';

/** Two packages that are said to be the same: nothing here proves it. */
interface StatedEqual {
  readonly files: {
    readonly equal: true;
    readonly proof: { readonly sha256: Sha256; readonly size: number };
  };
  readonly sbom: SbomState;
}

/** Every `DiffResult` is one. */
export type StatedDiff = { readonly published: string; readonly rebuilt: string } & (
  | { readonly kind: 'packages'; readonly comparison: StatedEqual | UnequalComparison }
  | { readonly kind: 'trees'; readonly comparison: TreeComparison }
);

export function isSame(result: StatedDiff): boolean {
  return result.kind === 'packages'
    ? result.comparison.files.equal
    : result.comparison.likeness === 'identical';
}

/** The exit code of `diff`: 1 where any two sides differ. */
export function diffExitCode(results: readonly StatedDiff[]): 0 | 1 {
  return results.every(isSame) ? 0 : 1;
}
