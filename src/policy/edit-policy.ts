/** Changes to the file of a policy that keep everything else of it as it is, comments and order included. Each gives the whole new file. */
import { editYamlList } from '../claim/recipe/parse-yaml.ts';
import { Failure } from '../failure.ts';
import type { StatedPackage } from '../verdict/stated.ts';
import { type Day, dayText, laterBy } from './day.ts';
import { stateOf } from './known-states.ts';
import { parsePolicy, policyLimits, ruleKeys } from './parse-policy.ts';
import type { Policy } from './policy.ts';

/** How long a rule holds that does not say until when: what nobody renews in a quarter of a year is looked at again. */
const usualDays = 90;

/** The members of a rule in the order in which they are written. */
export type RuleMembers = Readonly<Record<string, string | readonly string[]>>;

/** The file with one more rule at the end. Fails with `usage` where the policy would then be wrong. @param bytes the file; undefined where there is none yet */
export function withRule(bytes: Uint8Array | undefined, file: string, rule: RuleMembers, today: Day): Buffer {
  const members = { ...rule, until: rule['until'] ?? dayText(laterBy(usualDays, today)) };
  const ordered = Object.fromEntries(
    [...new Set([...ruleKeys, ...Object.keys(members)])].flatMap((key) =>
      Object.hasOwn(members, key) ? [[key, members[key as keyof typeof members]]] : [],
    ),
  );
  const changed = editYamlList(bytes ?? Buffer.from('rules: []\n'), 'rules', {
    add: [ordered],
    remove: new Set(),
  });
  parsePolicy(changed, file, today);
  return changed;
}

/** The file without rules. */
export function withoutRules(bytes: Uint8Array, { rules }: Policy, ids: ReadonlySet<string>): Buffer {
  const remove = new Set(rules.flatMap(({ id }, at) => (ids.has(id) ? [at] : [])));
  return remove.size === 0 ? Buffer.from(bytes) : editYamlList(bytes, 'rules', { add: [], remove });
}

/** What a rule has to say that accepts a package: its name, its verdict, and the causes of what differs, or where that lies if a cause is not known. */
export function ruleFor(result: StatedPackage): RuleMembers {
  const { subject, verdict } = result;
  if (subject?.name === undefined)
    throw new Failure('usage', `${result.file} does not say which package it is`);
  if (verdict.kind === 'reproduced')
    throw new Failure('usage', `${result.file} is reproduced: no rule is needed`);
  const { verdict: word, causes } = stateOf(result);
  const differences =
    'comparison' in verdict ? (verdict.comparison?.sections ?? []).flatMap((each) => each.differences) : [];
  const paths = new Set(
    differences.filter(({ followsFrom }) => followsFrom === undefined).map(({ path }) => path),
  );
  const isNamed = causes.length > 0 && !causes.includes('unknown');
  const members = {
    id: [subject.name, ...(isNamed ? causes : [])].join('-').slice(0, policyLimits.id),
    package: subject.name,
    verdict: word,
  };
  if (verdict.kind === 'rejected') return { ...members, sha256: subject.sha256 };
  if (isNamed) return { ...members, cause: alone(causes) };
  if (paths.size === 0) return members;
  if (paths.size > policyLimits.values || paths.has(''))
    throw new Failure('usage', `${result.file} differs without a cause in more than single files`, {
      hint: 'give cause=, path= or sha256=',
    });
  return { ...members, path: alone([...paths]) };
}

/** One value by itself, several as a list. */
export function alone(list: readonly string[]): string | readonly string[] {
  return list.length === 1 ? list[0]! : list;
}
