/** The view that every format shows of two packages, folders or files compared by themselves, without a rebuild. */
import { counted } from '../bytes.ts';
import { isUnequal } from '../compare/comparison.ts';
import { type Bounds, Budget, show } from './bounds.ts';
import { type DifferencesView, viewComparison, viewSections } from './differences-view.ts';
import type { Fact } from './fact.ts';
import type { StatedDiff } from './stated-diff.ts';
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

/** Makes the views, within the limits of one report. The same results and limits give the same views. */
export function viewDiffs(results: readonly StatedDiff[], bounds: Bounds): readonly DiffView[] {
  const budget = new Budget(bounds);
  return results.map((result) => {
    budget.beginPackage();
    return viewDiff(result, budget);
  });
}

/** The title of all together. */
export function titleOfAll(views: readonly DiffView[]): Pick<DiffView, 'title' | 'tone'> {
  return views.every(({ title }) => title === 'identical')
    ? { title: 'identical', tone: 'good' }
    : { title: 'different', tone: 'bad' };
}

/** How many comparisons there are, and how many of each title. */
export function countsText(views: readonly DiffView[]): string {
  const differing = views.filter(({ title }) => title === 'different').length;
  return `${counted(views.length, 'comparison')}: ${differing} different, ${views.length - differing} identical`;
}

function viewDiff(result: StatedDiff, budget: Budget): DiffView {
  const { published, rebuilt } = result;
  const { bounds } = budget;
  const names = { published: show(published, bounds.value), rebuilt: show(rebuilt, bounds.value) };
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
