/** What a report says of the rules of a policy and of a baseline, in the words that all formats share. */
import { counted } from '../bytes.ts';
import { causeTitles } from '../compare/cause.ts';
import {
  type Acceptance,
  type AcceptingRule,
  type BaselineRun,
  type KnownState,
  type Pass,
  type PolicyNotice,
  passOf,
  type RefusingRule,
  ruleRefusals,
  type Standing,
  standingTitles,
  type Uncovered,
} from '../verdict/acceptance.ts';
import type { StatedPackage, StatedRun } from '../verdict/stated.ts';
import { type Bounds, moreInJson, show } from './bounds.ts';
import type { Fact } from './fact.ts';

/** Why a package passes that is not reproduced, in words that follow its verdict. */
export const passTitles: Readonly<Record<Exclude<Pass, 'reproduced'>, string>> = {
  accepted: 'but accepted',
  'in-baseline': 'as known',
};

/** The most rules that are named of one package, and the most lines about the rules of a run. */
const most = { rules: 20, notices: 50, packages: 20 };

/** What the policy and the baseline say of a package. */
export function gateFacts({ policy, baseline }: StatedPackage, bounds: Bounds): Fact[] {
  return [
    ...(policy === undefined ? [] : policyFacts(policy, bounds)),
    ...(baseline === undefined ? [] : [standingFact(baseline, bounds)]),
  ];
}

function policyFacts({ accepted, refused = [], uncovered }: Acceptance, bounds: Bounds): Fact[] {
  const texts = [
    ...accepted.map((rule) => ({ label: 'accepted', value: acceptingText(rule, bounds) })),
    ...refused.map((rule) => ({ label: 'policy', value: refusingText(rule, bounds) })),
  ];
  const cut = texts.length - most.rules;
  return [
    ...texts.slice(0, most.rules),
    ...(cut > 0 ? [{ label: 'policy', value: `… and ${counted(cut, 'more rule', 'more rules')}` }] : []),
    ...(uncovered === undefined ? [] : [{ label: 'policy', value: uncoveredText(uncovered, bounds) }]),
  ].map((fact) => ({ ...fact, tone: 'warn' as const }));
}

function acceptingText({ rule, reason, owner, until, differences }: AcceptingRule, bounds: Bounds): string {
  const what = differences === undefined ? '' : `, ${counted(differences, 'difference')}`;
  return `by ${show(rule, bounds.value)} of ${show(owner, bounds.value)} until ${until}${what}: ${show(reason, bounds.value)}`;
}

function refusingText({ rule, owner, until, why }: RefusingRule, bounds: Bounds): string {
  const over = why === 'expired' ? ` on ${until}` : '';
  return `${show(rule, bounds.value)} of ${show(owner, bounds.value)} does not accept it: ${ruleRefusals[why]}${over}`;
}

/** What no rule accepts. */
export function uncoveredText({ count, example }: Uncovered, bounds: Bounds): string {
  const what = `no rule accepts ${counted(count, 'difference')}`;
  if (example === undefined) return `${what}, which are more than are listed`;
  const { section, path, causes } = example;
  const why = causes.length === 0 ? 'no cause named' : causes.map((kind) => causeTitles[kind]).join(', ');
  return `${what}, such as ${section}${path === '' ? '' : ` ${show(path, bounds.value)}`} (${why})`;
}

function standingFact({ state, was }: Standing, bounds: Bounds): Fact {
  const before =
    was === undefined
      ? 'new packages must be reproduced or accepted'
      : `there it is ${knownText(was, bounds)}`;
  const tone = state === 'same' || state === 'better' ? {} : { tone: 'warn' as const };
  return { label: 'baseline', value: `${standingTitles[state]}: ${before}`, ...tone };
}

/** What a baseline has, in words. */
export function knownText({ verdict, causes }: KnownState, { value }: Bounds): string {
  const named = causes.map((kind) => causeTitles[kind]).join(', ');
  return `${show(verdict, value)}${named === '' ? '' : ` (${named})`}`;
}

/** What a run shows of its policy and its baseline, a line each. */
export function gateNotes({ policy, baseline, packages }: StatedRun, bounds: Bounds): string[] {
  const notices = policy?.notices ?? [];
  const cut = notices.length - most.notices;
  return [
    ...notices.slice(0, most.notices).map((each) => noticeText(each, bounds)),
    ...(cut > 0 ? [`… and ${cut} more rules to look at; ${moreInJson}`] : []),
    ...(baseline === undefined ? savedBaselineNotes(packages) : baselineNotes(baseline, packages, bounds)),
  ];
}

/** The notes that ask for something to be done within days. */
export function urgentNotes({ policy }: StatedRun, bounds: Bounds): string[] {
  const urgent = (policy?.notices ?? []).slice(0, most.notices).filter(({ kind }) => kind === 'about-to-end');
  return urgent.map((each) => noticeText(each, bounds));
}

/** A baseline has no end, so what passes by one that this run was not given is said. */
function savedBaselineNotes(packages: StatedRun['packages']): string[] {
  const count = packages.filter((each) => passOf(each) === 'in-baseline').length;
  if (count === 0) return [];
  const pass = count === 1 ? 'passes' : 'pass';
  return [
    `${counted(count, 'package')} ${pass} by a baseline of the run that judged; --baseline holds results against one again`,
  ];
}

function noticeText({ kind, rule, owner, until, days = 0 }: PolicyNotice, { value }: Bounds): string {
  const named = `rule ${show(rule, value)} of ${show(owner, value)}`;
  switch (kind) {
    case 'unused':
      return `${named} accepts nothing of the packages that it is about: remove it with \`wolfi-repro policy prune\``;
    case 'expired':
      return `${named} ended on ${until}`;
    case 'ends-soon':
      return `${named} ends in ${counted(days, 'day')}, on ${until}`;
    case 'about-to-end':
      return `${named} ends ${days === 0 ? 'today' : `in ${counted(days, 'day')}, on ${until}`}: its packages fail from then on`;
    case 'for-every-package':
      return `${named} is about packages of nearly every name`;
  }
}

function baselineNotes(
  { notJudged }: BaselineRun,
  packages: StatedRun['packages'],
  { value }: Bounds,
): string[] {
  const count = (state: Standing['state']) =>
    packages.filter(({ baseline }) => baseline?.state === state).length;
  const states = (['worse', 'new', 'better', 'same'] as const).flatMap((state) =>
    count(state) === 0 ? [] : [`${count(state)} ${standingTitles[state]}`],
  );
  const named = notJudged.slice(0, most.packages).map((each) => show(each, value));
  const cut = notJudged.length - named.length;
  const others = [...named, ...(cut > 0 ? [`… and ${cut} more`] : [])].join(', ');
  return [
    ...(states.length === 0 ? [] : [`baseline: ${states.join(', ')}`]),
    ...(notJudged.length === 0
      ? []
      : [`baseline: ${counted(notJudged.length, 'package')} of it not judged: ${others}`]),
  ];
}
