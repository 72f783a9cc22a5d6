/** The view that every format shows of two packages, folders or files compared by themselves, without a rebuild. */
import { isUnequal } from '../compare/comparison.ts';
import type { DiffResult } from '../diff.ts';
import { type Bounds, Budget, show } from './bounds.ts';
import { type DifferencesView, viewComparison, viewSections } from './differences-view.ts';
import type { Fact } from './fact.ts';
import type { Tone } from './summary-view.ts';

export interface DiffView {
  readonly title: 'identical' | 'different';
  readonly tone: Tone;
  /** How alike the packages are, where they differ. */
  readonly reason: string | undefined;
  /** The two sides as the user named them. */
  readonly names: { readonly published: string; readonly rebuilt: string };
  readonly facts: readonly Fact[];
  /** Undefined where nothing differs. */
  readonly differences: DifferencesView | undefined;
  /** How the SBOM of the first side compares with the other; undefined where there is nothing to say about it. */
  readonly sbom: string | undefined;
}

/** Makes the view. The same result and limits give the same view. */
export function viewDiff(result: DiffResult, bounds: Bounds): DiffView {
  const { published, rebuilt } = result;
  const names = { published: show(published, bounds.value), rebuilt: show(rebuilt, bounds.value) };
  const budget = new Budget(bounds);
  budget.beginPackage();
  if (result.kind === 'trees') {
    const { comparison } = result;
    if (comparison.likeness === 'identical') return identical(names, []);
    return { ...different(names), facts: [], differences: viewSections([comparison], budget) };
  }
  const { comparison } = result;
  if (!isUnequal(comparison)) {
    const { size, sha256 } = comparison.files.proof;
    return identical(names, [{ label: 'bytes', value: `${size} bytes equal, sha256 ${sha256}` }]);
  }
  const view = viewComparison(comparison, budget);
  return {
    ...different(names),
    reason: comparison.equivalence,
    facts: [
      { label: 'published', value: view.published },
      { label: 'rebuilt', value: view.rebuilt },
    ],
    differences: view,
    sbom: comparison.sbom,
  };
}

function identical(names: DiffView['names'], facts: readonly Fact[]): DiffView {
  const nothing = { reason: undefined, differences: undefined, sbom: undefined };
  return { title: 'identical', tone: 'good', names, facts, ...nothing };
}

function different(names: DiffView['names']) {
  return { title: 'different', tone: 'bad', names, reason: undefined, sbom: undefined } as const;
}
