/** What a policy does and why, for people: rule by rule. */
import type { RefusalKind } from '../verdict/acceptance.ts';
import type { StatedPackage } from '../verdict/stated.ts';
import { acceptanceOf, endNotice, ruleOutcomes } from './apply-policy.ts';
import { isAbout, verdictWord } from './coverage.ts';
import type { Day } from './day.ts';
import { isForEveryPackage } from './narrow.ts';
import type { Policy, Rule } from './policy.ts';
import { redundantRules } from './rule-conflicts.ts';

export interface ExplainedPackage {
  readonly result: StatedPackage;
  readonly verdict: string;
  readonly isAccepted: boolean;
  /** Rules that are about it, with why they do not accept it. */
  readonly rules: readonly {
    readonly rule: Rule;
    readonly why: RefusalKind | undefined;
    readonly differences: number | undefined;
  }[];
  /** The number of rules that are about other packages. */
  readonly others: number;
  readonly uncovered: ReturnType<typeof acceptanceOf>['uncovered'];
}

export function explainPackage(policy: Policy, result: StatedPackage, today: Day): ExplainedPackage {
  const { accepted, uncovered } = acceptanceOf(policy, result, today);
  const outcomes = ruleOutcomes(policy, result, today);
  return {
    result,
    verdict: verdictWord(result),
    isAccepted: accepted.length > 0,
    rules: outcomes.map(({ rule, why, differences }) => ({ rule, why, differences })),
    others: policy.rules.length - outcomes.length,
    uncovered,
  };
}

/** A package by its name, of which nothing else need be known. */
export interface NamedPackage {
  readonly name: string;
  readonly version: string | undefined;
  readonly architecture: string | undefined;
}

/** The rules that may be about a package: what is not said of it can be anything. */
export function rulesAbout(
  { rules }: Policy,
  { name, version, architecture }: NamedPackage,
): readonly Rule[] {
  const subject = { name, version, architecture, sha256: '', size: 0 };
  return rules.filter((rule) => {
    const known = {
      ...rule,
      digests: [],
      versions: version === undefined ? [] : rule.versions,
      architectures: architecture === undefined ? [] : rule.architectures,
    };
    return isAbout(known, { subject });
  });
}

/** What is to be said of the rules themselves. */
export interface PolicyState {
  readonly ended: readonly Rule[];
  readonly ending: readonly { readonly rule: Rule; readonly days: number }[];
  readonly wide: readonly Rule[];
  readonly redundant: readonly (readonly [narrow: Rule, wide: Rule])[];
}

export function policyState({ rules }: Policy, today: Day): PolicyState {
  return {
    ended: rules.filter(({ until }) => until < today),
    ending: rules.flatMap((rule) =>
      endNotice(rule, today).flatMap(({ days }) => (days === undefined ? [] : [{ rule, days }])),
    ),
    wide: rules.filter(isForEveryPackage),
    redundant: redundantRules(rules),
  };
}
