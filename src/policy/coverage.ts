/** Which rules accept which of the differences of a package. Rules act together: what one leaves, a different one may accept. */
import type { Cause } from '../compare/cause.ts';
import { allDifferences } from '../compare/comparison.ts';
import type { Difference } from '../compare/difference.ts';
import { countDifferences } from '../compare/difference-list.ts';
import type { Uncovered } from '../verdict/acceptance.ts';
import type { StatedPackage } from '../verdict/stated.ts';
import { matches } from './glob.ts';
import { confidences, type Rule } from './policy.ts';
import { matchesVersion } from './version-pattern.ts';

/** What says which package it is. */
interface Named {
  readonly subject:
    | {
        readonly sha256: string;
        readonly name: string | undefined;
        readonly version: string | undefined;
        readonly architecture: string | undefined;
      }
    | undefined;
}

/** Whether a rule is about a package, whatever its verdict. A package whose name is not known is nobody's. */
export function isAbout({ packages, versions, architectures, digests }: Rule, { subject }: Named): boolean {
  if (subject?.name === undefined) return false;
  const { name, version, architecture, sha256 } = subject;
  return (
    packages.some((glob) => matches(glob, name)) &&
    (versions.length === 0 ||
      (version !== undefined && versions.some((each) => matchesVersion(each, version)))) &&
    (architectures.length === 0 || (architecture !== undefined && architectures.includes(architecture))) &&
    (digests.length === 0 || digests.some((each) => each === sha256))
  );
}

/** A verdict with its reason, as rules and baselines name it. */
export function verdictWord({ verdict }: StatedPackage): string {
  return verdict.kind === 'reproduced' ? verdict.kind : `${verdict.kind}/${verdict.reason}`;
}

export function acceptsVerdict({ verdicts }: Rule, result: StatedPackage): boolean {
  const word = verdictWord(result);
  return verdicts.some((each) => each === word || each === result.verdict.kind);
}

/** Whether a rule accepts the verdict whatever differs: it names neither causes nor paths. */
export function isWhole({ causes, paths }: Rule): boolean {
  return causes.length === 0 && paths.length === 0;
}

export interface Coverage {
  /** The number of differences of which each rule accepts something, in the order of the rules; none where it accepts nothing. */
  readonly counts: ReadonlyMap<Rule, number>;
  /** What no rule accepts; undefined where everything that differs is accepted. */
  readonly uncovered: Uncovered | undefined;
}

/** Holds rules that name causes or paths against everything that differs. What follows from other differences follows from what is accepted. */
export function coverageOf(rules: readonly Rule[], result: StatedPackage): Coverage {
  const { verdict } = result;
  const counts = new Map<Rule, number>();
  if (!('comparison' in verdict) || verdict.comparison === undefined)
    return { counts, uncovered: { count: 0 } };
  const { sections } = verdict.comparison;
  const listed = allDifferences(sections);
  const roots = listed.filter(({ followsFrom }) => followsFrom === undefined);
  const left: Difference[] = [];
  for (const difference of roots) {
    const covering = rulesCovering(rules, difference);
    for (const rule of covering.rules) counts.set(rule, (counts.get(rule) ?? 0) + 1);
    if (!covering.isEverything) left.push(difference);
  }
  const count = left.length + countDifferences(sections) - listed.length;
  if (count === 0 && roots.length > 0) return { counts, uncovered: undefined };
  const [first] = left;
  return { counts, uncovered: { count, ...(first === undefined ? {} : { example: exampleOf(first) }) } };
}

function exampleOf({ section, path, causes = [] }: Difference): NonNullable<Uncovered['example']> {
  return { section, path, causes: [...new Set(causes.map(({ kind }) => kind))] };
}

/** The rules that accept something of a difference. One with several causes is accepted where each of them is. */
function rulesCovering(
  all: readonly Rule[],
  difference: Difference,
): { readonly rules: ReadonlySet<Rule>; readonly isEverything: boolean } {
  const here = all.filter(({ paths }) => paths.length === 0 || isAtPaths(paths, difference));
  const byPath = here.filter(({ causes }) => causes.length === 0);
  const { causes = [] } = difference;
  const byCause = causes.map((cause) => here.filter((rule) => isOfCauses(rule, cause)));
  return {
    rules: new Set([...byPath, ...byCause.flat()]),
    isEverything: byPath.length > 0 || (causes.length > 0 && byCause.every((rules) => rules.length > 0)),
  };
}

/** What lies under a different path on either side is accepted where both paths are. */
function isAtPaths(paths: Rule['paths'], { kind, path, rebuilt }: Difference): boolean {
  const named = kind === 'moved' && rebuilt !== undefined ? [path, rebuilt] : [path];
  return named.every((each) => paths.some((glob) => matches(glob, each)));
}

function isOfCauses({ causes, confidence: least }: Rule, { kind, confidence }: Cause): boolean {
  return causes.includes(kind) && confidences.indexOf(confidence) >= confidences.indexOf(least);
}
