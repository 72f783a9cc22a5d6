/** The order in which packages need a look: the worst verdict first, what passes all the same behind, what is reproduced last. */
import type { StatedPackage } from '../verdict/stated.ts';
import { type VerdictKind, verdictOrder } from '../verdict/verdict.ts';
import { type Bounds, show } from './bounds.ts';
import { type NotedPass, notedPass, type Tone, titleOf, toneOf } from './summary-view.ts';
import { withReason } from './words.ts';

interface Ranked {
  readonly verdict: VerdictKind;
  readonly pass: NotedPass | undefined;
}

/** Packages with the worst verdict first, then those that pass all the same, then what is reproduced; those of one verdict in their order. */
export function worstFirst<Package extends Ranked>(packages: readonly Package[]): Package[] {
  const rank = ({ verdict, pass }: Ranked) =>
    (pass === undefined ? 0 : 1) * verdictOrder.length + verdictOrder.indexOf(verdict);
  const last = ({ verdict }: Ranked) => Number(verdict === 'reproduced');
  return [...packages].sort((a, b) => last(a) - last(b) || rank(a) - rank(b));
}

/** A package that is not reproduced, as a line of a list. */
export interface WorstPackage extends Ranked {
  /** The verdict in words, with its reason. */
  readonly title: string;
  readonly tone: Tone;
  readonly file: string;
}

/** All packages that are not reproduced, worst first. */
export function worstPackages(packages: readonly StatedPackage[], bounds: Bounds): WorstPackage[] {
  const lines = packages.flatMap((result): WorstPackage[] => {
    const { verdict } = result;
    if (verdict.kind === 'reproduced') return [];
    const pass = notedPass(result);
    return [
      {
        verdict: verdict.kind,
        pass,
        title: withReason(titleOf(verdict.kind, pass), verdict.reason),
        tone: toneOf(verdict.kind, pass),
        file: show(result.file, bounds.value),
      },
    ];
  });
  return worstFirst(lines);
}
