/** A policy applied to results. No verdict changes: a package is accepted or not, and who accepted it stays with it. */
import type { Acceptance, PolicyNotice, PolicyRun, RefusalKind } from '../verdict/acceptance.ts';
import type { StatedPackage } from '../verdict/stated.ts';
import { acceptsVerdict, type Coverage, coverageOf, isAbout, isWhole } from './coverage.ts';
import { type Day, dayText } from './day.ts';
import { isForEveryPackage } from './narrow.ts';
import type { Policy, Rule } from './policy.ts';

/** The days before its end from which on a rule is a notice, and from which on it is an urgent one. */
const noticeDays = { soon: 14, urgent: 7 };

/** What a rule does for a package. */
export interface RuleOutcome {
  readonly rule: Rule;
  /** Why it does not accept the package; undefined where it does, alone or with others. */
  readonly why: RefusalKind | undefined;
  /** Whether it accepts the verdict, or something that differs. */
  readonly accepts: boolean;
  /** The number of differences of which it accepts something; undefined where it accepts the verdict whatever differs. */
  readonly differences: number | undefined;
}

/** What the rules do that are about a package, in the order of the file. Nothing is to be accepted of what is reproduced, and of a defect nothing can be. */
export function ruleOutcomes({ rules }: Policy, result: StatedPackage, today: Day): readonly RuleOutcome[] {
  const about = rules.filter((rule) => isAbout(rule, result));
  const fitting = about.filter((rule) => acceptsVerdict(rule, result));
  const holding = fitting.filter(({ until }) => until >= today);
  const coverage = coverageOf(
    fitting.filter((rule) => !isWhole(rule)),
    result,
  );
  const held = coverageOf(
    holding.filter((rule) => !isWhole(rule)),
    result,
  );
  const isAccepted = holding.some(isWhole) || held.uncovered === undefined;
  return about.map((rule) => outcomeOf(rule, { fitting, today, coverage, isAccepted }));
}

interface Frame {
  readonly fitting: readonly Rule[];
  readonly today: Day;
  readonly coverage: Coverage;
  readonly isAccepted: boolean;
}

function outcomeOf(rule: Rule, { fitting, today, coverage, isAccepted }: Frame): RuleOutcome {
  const differences = isWhole(rule) ? undefined : (coverage.counts.get(rule) ?? 0);
  const accepts = fitting.includes(rule) && differences !== 0;
  return { rule, accepts, differences, why: whyNot() };

  function whyNot(): RefusalKind | undefined {
    if (!fitting.includes(rule)) return 'other-verdict';
    if (!accepts) return 'other-differences';
    if (rule.until < today) return 'expired';
    return isAccepted ? undefined : 'not-everything';
  }
}

/** What a policy says of one package. */
export function acceptanceOf(policy: Policy, result: StatedPackage, today: Day): Acceptance {
  const { digest } = policy;
  if (result.verdict.kind === 'reproduced' || result.verdict.kind === 'internal')
    return { digest, accepted: [] };
  const outcomes = ruleOutcomes(policy, result, today);
  const accepted = outcomes.filter(({ why }) => why === undefined);
  if (accepted.length > 0) return { digest, accepted: accepted.map(acceptingRule) };
  const refused = outcomes.map(({ rule, why }) => ({ ...namesOf(rule), why: why! }));
  return {
    digest,
    accepted: [],
    ...(refused.length === 0 ? {} : { refused }),
    ...leftOver(outcomes, result),
  };
}

function acceptingRule({ rule, differences }: RuleOutcome): Acceptance['accepted'][number] {
  return { ...namesOf(rule), reason: rule.reason, ...(differences === undefined ? {} : { differences }) };
}

function namesOf({ id, owner, until }: Rule) {
  return { rule: id, owner, until: dayText(until) };
}

/** What rules leave that accept a part. */
function leftOver(outcomes: readonly RuleOutcome[], result: StatedPackage): Pick<Acceptance, 'uncovered'> {
  const partly = outcomes.filter(({ why }) => why === 'not-everything').map(({ rule }) => rule);
  if (partly.length === 0) return {};
  const { uncovered } = coverageOf(partly, result);
  return uncovered === undefined ? {} : { uncovered };
}

/** What a run shows of the rules that are about its packages. */
export function policyRun(policy: Policy, packages: readonly StatedPackage[], today: Day): PolicyRun {
  const used = new Map<Rule, { accepts: boolean; isKnown: boolean }>();
  for (const result of packages)
    for (const { rule, accepts } of ruleOutcomes(policy, result, today)) {
      const known = used.get(rule) ?? { accepts: false, isKnown: true };
      // Where a package was not compared, nobody knows whether its rule is still needed.
      const isKnown = known.isKnown && isCompared(result);
      used.set(rule, { accepts: known.accepts || accepts, isKnown });
    }
  const notices = policy.rules.flatMap((rule) => {
    const found = used.get(rule);
    return found === undefined
      ? []
      : noticesOf(rule, found.isKnown && !found.accepts && !rule.sometimes, today);
  });
  return { digest: policy.digest, notices };
}

function isCompared({ verdict: { kind } }: StatedPackage): boolean {
  return kind === 'reproduced' || kind === 'not-reproduced';
}

function noticesOf(rule: Rule, isUnused: boolean, today: Day): PolicyNotice[] {
  const names = namesOf(rule);
  const wide = isForEveryPackage(rule) ? [{ kind: 'for-every-package', ...names } as const] : [];
  if (isUnused) return [...wide, { kind: 'unused', ...names }];
  return [...wide, ...endNotice(rule, today)];
}

/** The notice about the end of a rule, if it is due. */
export function endNotice(rule: Rule, today: Day): PolicyNotice[] {
  return endNoticeOf(namesOf(rule), rule.until, today);
}

/** The same of a rule of which only its names are known. */
export function endNoticeOf(names: RuleNames, until: Day, today: Day): PolicyNotice[] {
  const days = until - today;
  if (days < 0) return [{ kind: 'expired', ...names }];
  if (days > noticeDays.soon) return [];
  return [{ kind: days <= noticeDays.urgent ? 'about-to-end' : 'ends-soon', ...names, days }];
}

type RuleNames = Pick<PolicyNotice, 'rule' | 'owner' | 'until'>;
