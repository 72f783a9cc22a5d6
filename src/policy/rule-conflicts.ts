/**
 * Two rules of which one accepts everything that the other does. Where the wider one holds longer, the end of the narrower one means nothing, and where both
 * accept the same, nobody knows which of them counts: such rules contradict each other. What overlaps in part does not, and is shown as accepted by both.
 */
import type { CauseKind } from '../compare/cause.ts';
import { acceptable } from './acceptable.ts';
import { dayText } from './day.ts';
import { contains, type Glob } from './glob.ts';
import { confidences, type Refusing, type Rule } from './policy.ts';
import { containsVersions } from './version-pattern.ts';

/** Fails with `usage`, at the rule that stands later. */
export function requireNoContradiction(rules: readonly Rule[], refuse: Refusing): void {
  for (const [at, rule] of rules.entries())
    for (const other of rules.slice(0, at)) {
      const problem = contradiction(rule, other);
      if (problem !== undefined)
        throw refuse(
          rule.at,
          `rules ${other.id} (line ${other.at.line}) and ${rule.id} contradict each other: ${problem}`,
          {
            hint: 'leave one of them, or have them accept different things',
          },
        );
    }
}

function contradiction(left: Rule, right: Rule): string | undefined {
  const [inRight, inLeft] = [isWithin(left, right), isWithin(right, left)];
  if (inRight && inLeft) return 'both accept the same';
  const [narrow, wide] = inRight ? [left, right] : [right, left];
  if (!(inRight || inLeft) || narrow.until >= wide.until) return undefined;
  return `${narrow.id} ends on ${dayText(narrow.until)}, and ${wide.id} goes on accepting the same until ${dayText(wide.until)}`;
}

/** Pairs of rules of which the first accepts nothing that the second does not. */
export function redundantRules(rules: readonly Rule[]): readonly (readonly [narrow: Rule, wide: Rule])[] {
  return rules.flatMap((rule) =>
    rules.flatMap((other) =>
      other !== rule && isWithin(rule, other) && rule.until <= other.until ? [[rule, other] as const] : [],
    ),
  );
}

/** Whether everything that one rule accepts is accepted by the other; errs to no. */
function isWithin(inner: Rule, outer: Rule): boolean {
  return (
    all(inner.packages, outer.packages, contains) &&
    within(inner.versions, outer.versions, containsVersions) &&
    within(inner.architectures, outer.architectures, isSame) &&
    within(inner.digests, outer.digests, isSame) &&
    all(eachVerdict(inner.verdicts), eachVerdict(outer.verdicts), isSame) &&
    within<CauseKind>(inner.causes, outer.causes, isSame) &&
    within<Glob>(inner.paths, outer.paths, contains) &&
    (outer.causes.length === 0 ||
      confidences.indexOf(outer.confidence) <= confidences.indexOf(inner.confidence))
  );
}

function isSame<V>(outer: V, inner: V): boolean {
  return outer === inner;
}

/** Verdicts with each of their reasons: a rule may list all of them one by one. */
function eachVerdict(verdicts: Rule['verdicts']): readonly string[] {
  return verdicts.flatMap((verdict) => {
    const reasons = [...acceptable.keys()].filter((each) => each.startsWith(`${verdict}/`));
    return reasons.length === 0 ? [verdict] : reasons;
  });
}

/** The same for lists that say nothing where they are empty. */
function within<V>(
  inner: readonly V[],
  outer: readonly V[],
  holds: (outer: V, inner: V) => boolean,
): boolean {
  return outer.length === 0 || (inner.length > 0 && all(inner, outer, holds));
}

function all<V>(inner: readonly V[], outer: readonly V[], holds: (outer: V, inner: V) => boolean): boolean {
  return inner.every((each) => outer.some((other) => holds(other, each)));
}
