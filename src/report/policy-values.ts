/** What a policy does and why, as values for programs (docs/schema/policy-state-1.json, docs/schema/policy-explanation-1.json). */
import { dayText } from '../policy/day.ts';
import type { ExplainedPackage, NamedPackage, PolicyState } from '../policy/explain-policy.ts';
import type { Policy, Rule } from '../policy/policy.ts';
import { boundedValue } from './bounds.ts';

function names({ id, owner, until }: Rule) {
  return { rule: id, owner, until: dayText(until) };
}

/** A policy by itself. */
export function policyStateValue({ file, digest, rules }: Policy, state: PolicyState): unknown {
  return boundedValue({
    schema: 'wolfi-repro/policy-state/1',
    file,
    digest,
    rules: rules.map((rule) => ({ ...names(rule), reason: rule.reason })),
    ended: state.ended.map(names),
    ending: state.ending.map(({ rule, days }) => ({ ...names(rule), days })),
    wide: state.wide.map(names),
    redundant: state.redundant.map(([narrow, wide]) => ({ ...names(narrow), within: wide.id })),
  });
}

/** A package that was only named, with the rules that may be about it. */
export interface NamedRules {
  readonly named: NamedPackage;
  readonly rules: readonly Rule[];
}

/** What the rules of a policy do for packages of results, and which may be about packages that are only named. */
export function policyExplanationValue(
  { file, digest }: Policy,
  packages: readonly ExplainedPackage[],
  named: readonly NamedRules[],
): unknown {
  return boundedValue({
    schema: 'wolfi-repro/policy-explanation/1',
    file,
    digest,
    packages: packages.map(packageValue),
    named: named.map(({ named: { name, version, architecture }, rules }) => ({
      name,
      version,
      architecture,
      rules: rules.map((rule) => ({ ...names(rule), reason: rule.reason })),
    })),
  });
}

function packageValue({ result, verdict, isAccepted, rules, others, uncovered }: ExplainedPackage) {
  return {
    file: result.file,
    verdict,
    outcome: verdict === 'reproduced' ? 'needs-no-rule' : isAccepted ? 'accepted' : 'not-accepted',
    rules: rules.map(({ rule, why, differences }) => ({
      ...names(rule),
      reason: rule.reason,
      why,
      differences,
    })),
    others,
    uncovered,
  };
}
