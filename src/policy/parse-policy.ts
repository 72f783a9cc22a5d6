/** The file of a policy: bytes to rules, strictly, with the line and column of what is wrong. */
import { parseLocatedYaml } from '../claim/recipe/parse-yaml.ts';
import type { LocatedMapping, LocatedNode, LocatedScalar } from '../claim/recipe/yaml-node.ts';
import { type CauseKind, causeTitles } from '../compare/cause.ts';
import { parseSha256, sha256 } from '../digest.ts';
import { Failure } from '../failure.ts';
import { parseArchitecture } from '../names.ts';
import { acceptable } from './acceptable.ts';
import { type Day, dayText, laterBy, parseDay } from './day.ts';
import { longestGlob, parseGlob } from './glob.ts';
import { requireNarrow } from './narrow.ts';
import { confidences, type Policy, type Refusing, type Rule } from './policy.ts';
import { requireNoContradiction } from './rule-conflicts.ts';
import { parseVersionPattern } from './version-pattern.ts';

/** The limits of a file. */
export const policyLimits = {
  rules: 1000,
  values: 64,
  text: 1000,
  owner: 200,
  id: 64,
  daysAhead: 366,
} as const;

/** Parses a file. Fails with `usage`. @param file as messages show it @param today the day for which it is read */
export function parsePolicy(bytes: Uint8Array, file: string, today: Day): Policy {
  const top = parseLocatedYaml(bytes);
  const refuse = refusing(file);
  if (top.kind === 'fault') throw refuse(top.at, `the policy ${top.problem}`);
  const { owners, rules: list } = membersOf(top, ['owners', 'rules'], refuse);
  const known = owners === undefined ? undefined : textsOf(owners, 'owners', refuse).map(({ text }) => text);
  if (list?.kind !== 'sequence')
    throw refuse(list?.at ?? top.at, 'the policy has no list of rules', {
      expected: 'rules: and items that begin with “- ”',
    });
  if (list.items.length > policyLimits.rules)
    throw refuse(list.at, `the policy has more than ${policyLimits.rules} rules`);
  const rules = list.items.map((item) => parseRule(item, { today, owners: known }, refuse));
  requireDifferentIds(rules, refuse);
  requireNoContradiction(rules, refuse);
  return { file, digest: sha256(bytes), rules };
}

function refusing(file: string): Refusing {
  return ({ line, column }, problem, details = {}) =>
    new Failure('usage', `${file}:${line}:${column}: ${problem}`, details);
}

/** In the order in which a rule is written. */
export const ruleKeys = [
  'id',
  'reason',
  'owner',
  'until',
  'package',
  'version',
  'architecture',
  'sha256',
  'verdict',
  'cause',
  'confidence',
  'path',
  'sometimes',
] as const;

type Members<K extends string> = Partial<Readonly<Record<K, LocatedNode>>>;

function membersOf<K extends string>(node: LocatedNode, keys: readonly K[], refuse: Refusing): Members<K> {
  if (node.kind !== 'mapping') throw refuse(node.at, 'this is not a mapping', { expected: keys.join(', ') });
  const wrong = (node as LocatedMapping).entries.find(({ key }) => !keys.some((each) => each === key));
  if (wrong !== undefined)
    throw refuse(wrong.at, 'the key is not known', { expected: keys.join(', '), got: wrong.key });
  return Object.fromEntries(
    (node as LocatedMapping).entries.map(({ key, value }) => [key, value]),
  ) as Members<K>;
}

interface Frame {
  readonly today: Day;
  readonly owners: readonly string[] | undefined;
}

function parseRule(node: LocatedNode, { today, owners }: Frame, refuse: Refusing): Rule {
  const found = membersOf(node, ruleKeys, refuse);
  const needed = (key: (typeof ruleKeys)[number]) => {
    const value = found[key];
    if (value === undefined) throw refuse(node.at, `the rule has no ${key}`);
    return value;
  };
  const list = <T>(
    key: (typeof ruleKeys)[number],
    read: (text: string) => T | undefined,
    expected: string,
  ): T[] => {
    const value = found[key];
    return value === undefined
      ? []
      : textsOf(value, key, refuse).map((each) => requireKind(each, key, read, expected, refuse));
  };
  const one = <T>(
    key: (typeof ruleKeys)[number],
    read: (text: string) => T | undefined,
    expected: string,
  ): T => requireKind(textOf(needed(key), key, refuse), key, read, expected, refuse);
  needed('package');
  needed('verdict');
  const rule: Rule = {
    id: one(
      'id',
      (text) => (idForm.test(text) ? text : undefined),
      'letters, digits, dots and dashes, at most 64',
    ),
    at: node.at,
    reason: one('reason', plainText(policyLimits.text), `a text of at most ${policyLimits.text} characters`),
    owner: one('owner', plainText(policyLimits.owner), `a text of at most ${policyLimits.owner} characters`),
    until: untilOf(textOf(needed('until'), 'until', refuse), today, refuse),
    packages: list('package', parseGlob, globExpected),
    versions: list('version', parseVersionPattern, 'a pattern such as 1.3.*, or a range such as ">=1.3 <2"'),
    architectures: list('architecture', parseArchitecture, 'apk’s name of an architecture, such as x86_64'),
    digests: list('sha256', (text) => parseSha256(text), 'the SHA-256 of a package in hex digits'),
    verdicts: list('verdict', (text) => acceptable.get(text)?.verdict, verdictExpected),
    causes: list('cause', causeOf, `one of ${Object.keys(causeTitles).join(', ')}`),
    confidence:
      found.confidence === undefined ? 'likely' : one('confidence', confidenceOf, confidences.join(', ')),
    paths: list('path', parseGlob, globExpected),
    sometimes: flagOf(found.sometimes, refuse),
  };
  if (owners !== undefined && !owners.includes(rule.owner))
    throw refuse(found.owner!.at, 'the owner is not among the owners of the policy', {
      expected: owners.join(', '),
      got: rule.owner,
    });
  requireNarrow(rule, (problem, details) => refuse(node.at, `rule ${rule.id}: ${problem}`, details));
  return rule;
}

const idForm = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const globExpected = `a pattern of at most ${longestGlob} characters, with *, ** and ? as its only wildcards`;
const verdictExpected =
  'not-reproduced, or a verdict with its reason: not-reproduced/content, build-failed/step-failed, … (docs/policy.md)';

function causeOf(text: string): CauseKind | undefined {
  return Object.hasOwn(causeTitles, text) ? (text as CauseKind) : undefined;
}

function confidenceOf(text: string): Rule['confidence'] | undefined {
  return confidences.find((each) => each === text);
}

/** A text of one line that steers no terminal. */
function plainText(most: number): (text: string) => string | undefined {
  return (text) => {
    const line = text.trim().replace(/\n/g, ' ');
    return line === '' || line.length > most || /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(line) ? undefined : line;
  };
}

function untilOf(scalar: LocatedScalar, today: Day, refuse: Refusing): Day {
  const day = requireKind(scalar, 'until', parseDay, 'a day, YYYY-MM-DD', refuse);
  const last = laterBy(policyLimits.daysAhead, today);
  if (day <= last) return day;
  throw refuse(scalar.at, `until is more than ${policyLimits.daysAhead} days ahead`, {
    expected: `at most ${dayText(last)}`,
    got: scalar.text,
  });
}

function flagOf(node: LocatedNode | undefined, refuse: Refusing): boolean {
  if (node === undefined) return false;
  if (node.kind === 'scalar' && typeof node.value === 'boolean') return node.value;
  throw refuse(node.at, 'sometimes is true or false');
}

function requireKind<T>(
  { at, text }: LocatedScalar,
  key: string,
  read: (text: string) => T | undefined,
  expected: string,
  refuse: Refusing,
): T {
  const value = read(text);
  if (value === undefined) throw refuse(at, `the value of ${key} is wrong`, { expected, got: text });
  return value;
}

function textOf(node: LocatedNode, key: string, refuse: Refusing): LocatedScalar {
  if (node.kind === 'scalar' && node.value !== null) return node;
  throw refuse(node.at, `the value of ${key} is not a text`);
}

/** One text, or a list of texts. */
function textsOf(node: LocatedNode, key: string, refuse: Refusing): LocatedScalar[] {
  if (node.kind !== 'sequence') return [textOf(node, key, refuse)];
  if (node.items.length === 0 || node.items.length > policyLimits.values)
    throw refuse(node.at, `${key} has no values, or more than ${policyLimits.values}`);
  return node.items.map((item) => textOf(item, key, refuse));
}

function requireDifferentIds(rules: readonly Rule[], refuse: Refusing): void {
  const seen = new Map<string, Rule>();
  for (const rule of rules) {
    const first = seen.get(rule.id);
    if (first !== undefined)
      throw refuse(rule.at, `two rules have the id ${rule.id}; the first is in line ${first.at.line}`);
    seen.set(rule.id, rule);
  }
}
