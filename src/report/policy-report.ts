/** What a policy does and why, as text. The texts of a policy are its owner's, those of results anybody's: all are made printable. */
import { counted, printable } from '../bytes.ts';
import { causeTitles } from '../compare/cause.ts';
import { dayText } from '../policy/day.ts';
import type { ExplainedPackage, PolicyState } from '../policy/explain-policy.ts';
import type { Policy, Rule } from '../policy/policy.ts';
import { ruleRefusals } from '../verdict/acceptance.ts';
import { textBounds } from './diff-text.ts';
import { uncoveredText } from './gate-facts.ts';

/** What a rule accepts, in one line. */
function ruleText(rule: Rule): string {
  const { versions, architectures, digests, verdicts, causes, paths, confidence } = rule;
  const globs = (list: Rule['paths']) => list.map(({ text }) => text).join(', ');
  const words = [
    `${verdicts.join(', ')} of ${globs(rule.packages)}`,
    versions.length === 0
      ? ''
      : `version ${versions.map((each) => (each.kind === 'glob' ? each.glob.text : each.text)).join(', ')}`,
    architectures.length === 0 ? '' : `for ${architectures.join(', ')}`,
    digests.length === 0 ? '' : `sha256 ${digests.join(', ')}`,
    causes.length === 0
      ? ''
      : `where all that differs is ${causes.map((kind) => causeTitles[kind]).join(', ')} (${confidence === 'certain' ? 'certain' : `${confidence} or more`})`,
    paths.length === 0 ? '' : `under ${globs(paths)}`,
  ];
  return printable(words.filter((word) => word !== '').join(', '));
}

function headText({ id, owner, until }: Rule): string {
  return printable(`${id} of ${owner} until ${dayText(until)}`);
}

/** A policy by itself. */
export function renderPolicyState({ file, digest, rules }: Policy, state: PolicyState): string {
  const lines = [
    ...state.ended.map((rule) => `ended: ${headText(rule)}`),
    ...state.ending.map(
      ({ rule, days }) => `ends ${days === 0 ? 'today' : `in ${counted(days, 'day')}`}: ${headText(rule)}`,
    ),
    ...state.wide.map((rule) => `about packages of nearly every name: ${headText(rule)}`),
    ...state.redundant.map(
      ([narrow, wide]) => `accepts nothing that ${printable(wide.id)} does not: ${headText(narrow)}`,
    ),
    `${printable(file)}: ${counted(rules.length, 'rule')}, sha256 ${digest}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** The rules that may be about a package. */
export function renderRulesAbout(rules: readonly Rule[], all: number, today: number): string {
  const lines = rules.flatMap((rule) => [
    `${headText(rule)}${rule.until < today ? ' (ended)' : ''}`,
    `  accepts ${ruleText(rule)}`,
    `  because ${printable(rule.reason)}`,
  ]);
  return `${[...lines, `${rules.length} of ${counted(all, 'rule')} can be about it`].join('\n')}\n`;
}

/** What each rule does for a package of a result. */
export function renderExplained(explained: ExplainedPackage): string {
  const { result, verdict, isAccepted, rules, others, uncovered } = explained;
  const lines = rules.flatMap(({ rule, why, differences }) => [
    `  ${headText(rule)}: ${why === undefined ? `accepts ${differences === undefined ? 'it' : counted(differences, 'difference')}` : refusalText(rule, why)}`,
    `    it accepts ${ruleText(rule)}`,
  ]);
  const conclusion = verdict === 'reproduced' ? 'needs no rule' : isAccepted ? 'accepted' : 'not accepted';
  return `${[
    `${printable(result.file)}: ${verdict}, ${conclusion}`,
    ...lines,
    ...(uncovered === undefined ? [] : [`  ${uncoveredText(uncovered, textBounds)}`]),
    `  ${counted(others, 'rule')} about other packages`,
  ].join('\n')}\n`;
}

function refusalText({ until }: Rule, why: keyof typeof ruleRefusals): string {
  return `does not accept it: ${ruleRefusals[why]}${why === 'expired' ? ` on ${dayText(until)}` : ''}`;
}
