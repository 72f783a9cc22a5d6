/** What saved results say of a policy, held against a day: a rule that has ended since then accepts nothing any more. */

import { type Acceptance, type AcceptingRule, exitCodeOf, type PolicyNotice } from '../verdict/acceptance.ts';
import type { StatedPackage, StatedRun } from '../verdict/stated.ts';
import { endNoticeOf } from './apply-policy.ts';
import { type Day, parseDay } from './day.ts';

/** The run as the rules that its packages carry let it through on a day. The policy itself is not at hand, so what it might accept since then is not known. */
export function judgedAgain(run: StatedRun, today: Day): StatedRun {
  const packages = run.packages.map((each) => judgedPackage(each, today));
  const digest =
    run.packages.find(({ policy }) => policy !== undefined)?.policy?.digest ?? run.policy?.digest;
  if (digest === undefined) return run;
  const unused = stillUnused(run.policy?.notices ?? [], packages);
  const policy = { digest, notices: [...unused, ...endNotices(packages, today)] };
  return { ...run, packages, policy, exitCode: exitCodeOf({ ...run, packages, policy }) };
}

function judgedPackage(result: StatedPackage, today: Day): StatedPackage {
  const { policy } = result;
  if (policy === undefined || policy.accepted.every((rule) => !hasEnded(rule, today))) return result;
  return { ...result, policy: acceptedStill(policy, today) };
}

/** Rules that accept a part act together: without one of them nobody knows what the others leave. One that accepts the verdict whatever differs needs no other. */
function acceptedStill({ digest, accepted, refused = [] }: Acceptance, today: Day): Acceptance {
  const holding = accepted.filter((rule) => !hasEnded(rule, today));
  if (holding.some(({ differences }) => differences === undefined)) return { digest, accepted: holding };
  const over = accepted.map((rule) => {
    const { reason: _, differences: __, ...named } = rule;
    return { ...named, why: hasEnded(rule, today) ? ('expired' as const) : ('not-everything' as const) };
  });
  return { digest, accepted: [], refused: [...refused, ...over] };
}

function hasEnded({ until }: Pick<AcceptingRule, 'until'>, today: Day): boolean {
  // A day that no calendar has is over.
  return (parseDay(until) ?? -1) < today;
}

/** What is to be said of the end of rules that accept something, or did until they ended. */
function endNotices(packages: readonly StatedPackage[], today: Day): PolicyNotice[] {
  const rules = new Map<string, Pick<AcceptingRule, 'rule' | 'owner' | 'until'>>();
  for (const { policy } of packages)
    for (const { rule, owner, until } of [
      ...(policy?.accepted ?? []),
      ...(policy?.refused ?? []).filter(({ why }) => why === 'expired'),
    ])
      rules.set(rule, { rule, owner, until });
  return [...rules.values()].flatMap((rule) => {
    const until = parseDay(rule.until);
    return until === undefined ? [] : endNoticeOf(rule, until, today);
  });
}

/** Rules that one of several runs found unused, and that no other shows to be needed: in a shard a rule may accept nothing that accepts something in the next. */
function stillUnused(notices: readonly PolicyNotice[], packages: readonly StatedPackage[]): PolicyNotice[] {
  const needed = new Set<string>();
  for (const each of packages) {
    const isCompared = each.verdict.kind === 'reproduced' || each.verdict.kind === 'not-reproduced';
    for (const { rule } of each.policy?.accepted ?? []) needed.add(rule);
    for (const { rule, why } of each.policy?.refused ?? [])
      if (!isCompared || why === 'expired' || why === 'not-everything') needed.add(rule);
  }
  const kept = notices.filter(
    ({ kind, rule }) => kind === 'for-every-package' || (kind === 'unused' && !needed.has(rule)),
  );
  return [...new Map(kept.map((notice) => [`${notice.kind} ${notice.rule}`, notice])).values()];
}
