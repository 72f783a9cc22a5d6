/** `wolfi-repro policy`. */
import { existsSync } from 'node:fs';
import { shownTyped } from '../../address.ts';
import { counted } from '../../bytes.ts';
import { Failure } from '../../failure.ts';
import { addTo } from '../../lists.ts';
import { parseArchitecture, parsePackageName } from '../../names.ts';
import { policyRun } from '../../policy/apply-policy.ts';
import { dayText } from '../../policy/day.ts';
import { alone, type RuleMembers, ruleFor, withoutRules, withRule } from '../../policy/edit-policy.ts';
import { explainPackage, type NamedPackage, policyState, rulesAbout } from '../../policy/explain-policy.ts';
import { renderValue } from '../../report/json-report.ts';
import { renderExplained, renderPolicyState, renderRulesAbout } from '../../report/policy-report.ts';
import { policyExplanationValue, policyStateValue } from '../../report/policy-values.ts';
import { passOf, staleExitCode } from '../../verdict/acceptance.ts';
import type { StatedPackage } from '../../verdict/stated.ts';
import { printData } from '../output.ts';
import type { RawOptions } from '../raw-options.ts';
import { readPackages } from '../saved-files.ts';
import { readPolicy, readPolicyBytes, replaceFile, todayOf } from '../typed-gate.ts';
import { isReadOnce } from '../typed-inputs.ts';

/** Exits with 0 where every rule holds, with 6 where one ended. */
export async function policyCheckCommand(raw: RawOptions): Promise<number> {
  const { path, today } = named(raw);
  const policy = await readPolicy(path, today);
  const state = policyState(policy, today);
  printData(
    raw.format === 'json' ? renderValue(policyStateValue(policy, state)) : renderPolicyState(policy, state),
  );
  return state.ended.length === 0 ? 0 : staleExitCode;
}

/** Exits with 0: what passes is for `report`. */
export async function policyExplainCommand(subjects: readonly string[], raw: RawOptions): Promise<number> {
  const { path, today } = named(raw);
  const policy = await readPolicy(path, today);
  const isFile = (subject: string) => subject === '-' || existsSync(subject) || isReadOnce(subject);
  const files = subjects.filter(isFile);
  const known = subjects
    .filter((each) => !isFile(each))
    .map((each) => {
      const asked = parseNamed(each);
      return { named: asked, rules: rulesAbout(policy, asked) };
    });
  const explained = readPackages(files).map((result) => explainPackage(policy, result, today));
  if (raw.format === 'json') {
    printData(renderValue(policyExplanationValue(policy, explained, known)));
    return 0;
  }
  for (const { rules } of known) printData(renderRulesAbout(rules, policy.rules.length, today));
  for (const each of explained) printData(renderExplained(each));
  return 0;
}

/** Adds a rule of `KEY=VALUE` members; what a saved result shows is filled in. */
export async function policyAddCommand(members: readonly string[], raw: RawOptions): Promise<number> {
  const { path, today } = named(raw);
  const typed = parseMembers(members);
  const shown = raw.from === undefined ? {} : ruleFor(chosen(raw.from, typed));
  const isNew = !existsSync(path);
  // What says what differs is taken from the result only where nothing was typed about it.
  const narrowing = ['cause', 'path', 'sha256'];
  const filled = narrowing.some((key) => key in typed)
    ? Object.fromEntries(Object.entries(shown).filter(([key]) => !narrowing.includes(key)))
    : shown;
  const changed = withRule(
    isNew ? undefined : readPolicyBytes(path),
    shownTyped(path),
    { ...filled, ...typed },
    today,
  );
  await replaceFile(path, changed.toString('utf8'));
  const { rules } = await readPolicy(path, today);
  const { id, until } = rules.at(-1)!;
  printData(`${shownTyped(path)}: added ${id} until ${dayText(until)}\n`);
  return 0;
}

/** Removes rules that ended, and those that saved results show to be unused. */
export async function policyPruneCommand(files: readonly string[], raw: RawOptions): Promise<number> {
  const { path, today } = named(raw);
  const policy = await readPolicy(path, today);
  const ended = policyState(policy, today).ended.map(({ id }) => id);
  const { notices } = policyRun(policy, readPackages(files), today);
  const unused = notices.filter(({ kind }) => kind === 'unused').map(({ rule }) => rule);
  const ids = new Set([...ended, ...unused]);
  for (const id of ids)
    printData(
      `${raw.dryRun === true ? 'would remove' : 'removed'} ${id}: ${ended.includes(id) ? 'it ended' : 'it is unused'}\n`,
    );
  if (ids.size > 0 && raw.dryRun !== true)
    await replaceFile(path, withoutRules(readPolicyBytes(path), policy, ids).toString('utf8'));
  printData(`${shownTyped(path)}: ${counted(policy.rules.length - ids.size, 'rule')}\n`);
  return 0;
}

function named(raw: RawOptions) {
  if (raw.policy === undefined)
    throw new Failure('usage', 'policy takes --policy FILE, or the key policy of wolfi-repro.yaml');
  return { path: raw.policy, today: todayOf(raw) };
}

/** `NAME[=VERSION][:ARCH]`. */
function parseNamed(text: string): NamedPackage {
  const [front = '', architecture, ...more] = text.split(':');
  const [name = '', version, ...others] = front.split('=');
  const isArchitecture = architecture === undefined || parseArchitecture(architecture) !== undefined;
  if (parsePackageName(name) !== undefined && isArchitecture && more.length + others.length === 0)
    return { name, version, architecture };
  throw new Failure('usage', `${shownTyped(text)} is neither a file nor the name of a package`, {
    expected: 'result.json, or NAME[=VERSION][:ARCH]',
  });
}

/** A key that is given several times is a list. */
function parseMembers(members: readonly string[]): RuleMembers {
  const found = new Map<string, string[]>();
  for (const member of members) {
    const at = member.indexOf('=');
    if (at < 1)
      throw new Failure('usage', 'a member of a rule is KEY=VALUE', {
        expected: 'cause=timestamp',
        got: shownTyped(member),
      });
    addTo(found, member.slice(0, at), member.slice(at + 1));
  }
  return Object.fromEntries([...found].map(([key, values]) => [key, alone(values)]));
}

/** The package of a saved result that a rule is to accept: the one of the given name, or the only one that does not pass. */
function chosen(from: string, typed: RuleMembers): StatedPackage {
  const failing = readPackages([from]).filter((each) => passOf(each) === undefined);
  const name = typed['package'];
  const found = name === undefined ? failing : failing.filter(({ subject }) => subject?.name === name);
  const [first, ...others] = found;
  if (first !== undefined && others.length === 0) return first;
  throw new Failure(
    'usage',
    `${shownTyped(from)} has ${counted(found.length, 'package')} that could be meant`,
    {
      hint: 'name one with package=NAME',
    },
  );
}
