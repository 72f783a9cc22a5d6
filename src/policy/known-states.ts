/** The order of what can be known of a package: what is the same, what is better, and what is worse, which is all that somebody has to look at. */
import type { CauseKind } from '../compare/cause.ts';
import { allDifferences, type Equivalence } from '../compare/comparison.ts';
import { countDifferences } from '../compare/difference-list.ts';
import { type FailureCode, failureClasses } from '../failure.ts';
import type { KnownState, StandingState } from '../verdict/acceptance.ts';
import type { StatedPackage } from '../verdict/stated.ts';
import { acceptable } from './acceptable.ts';
import { verdictWord } from './coverage.ts';

type Change = Exclude<StandingState, 'new'>;

/** How far apart the bytes are; where the numbers are the same, neither says more. */
const distances: Readonly<Record<Equivalence, number>> = {
  recompressed: 1,
  'sbom-only': 2,
  'metadata-only': 3,
  content: 4,
  unstable: 4,
};

/**
 * Failures that a baseline can hold: those that a rule can accept by a name alone. What is rejected, or what no key vouches for, has a name that whoever made it
 * chose, and a run that was cancelled says nothing of the package.
 */
function canBeKnown(code: FailureCode): boolean {
  return acceptable.get(`${failureClasses[code]}/${code}`)?.needs === 'package';
}

/** Each verdict that a baseline can hold, with how far apart the bytes are where they were compared. */
const knownVerdicts: ReadonlyMap<string, { readonly kind: string; readonly distance: number }> = new Map([
  ['reproduced', { kind: 'reproduced', distance: 0 }],
  ...Object.entries(distances).map(
    ([reason, distance]) => [`not-reproduced/${reason}`, { kind: 'not-reproduced', distance }] as const,
  ),
  ...(Object.keys(failureClasses) as FailureCode[])
    .filter(canBeKnown)
    .map(
      (code) =>
        [
          `${failureClasses[code]}/${code}`,
          { kind: `${failureClasses[code]}/${code}`, distance: 0 },
        ] as const,
    ),
]);

export function isKnownVerdict(word: string): boolean {
  return knownVerdicts.has(word);
}

/** What is known of a package now. */
export function stateOf(result: StatedPackage): KnownState {
  const { verdict } = result;
  const comparison = 'comparison' in verdict ? verdict.comparison : undefined;
  const differences = allDifferences(comparison?.sections ?? []).filter(
    ({ followsFrom }) => followsFrom === undefined,
  );
  const causes = new Set<CauseKind>();
  for (const { causes: named = [] } of differences) {
    for (const { kind } of named) causes.add(kind);
    if (named.length === 0) causes.add('unknown');
  }
  // Of what is not listed nobody knows the cause.
  const isCut =
    comparison !== undefined &&
    countDifferences(comparison.sections) > allDifferences(comparison.sections).length;
  if (isCut) causes.add('unknown');
  return { verdict: verdictWord(result), causes: [...causes].sort() };
}

/**
 * What became of a package. Better is only what is reproduced now, and bytes that are nearer, or differ for fewer of the causes; everything that was not there before is worse, also
 * where it sounds milder: that a build fails hides how its bytes would differ.
 */
export function changeBetween(was: KnownState, is: KnownState): Change {
  const [before, now] = [knownVerdicts.get(was.verdict), knownVerdicts.get(is.verdict)];
  if (before === undefined || now === undefined) return 'worse';
  if (now.kind === 'reproduced') return before.kind === 'reproduced' ? 'same' : 'better';
  const added = is.causes.some((kind) => !was.causes.includes(kind));
  if (before.kind !== now.kind || now.distance > before.distance || added) return 'worse';
  return now.distance < before.distance || is.causes.length < was.causes.length ? 'better' : 'same';
}

/** What two results of one package have in common at their worst: the first where neither is worse. */
export function worseOf(left: KnownState, right: KnownState): KnownState {
  const causes = [...new Set([...left.causes, ...right.causes])].sort();
  const worse = changeBetween(left, right) === 'worse' ? right : left;
  return worse.verdict === 'reproduced' ? worse : { verdict: worse.verdict, causes };
}
