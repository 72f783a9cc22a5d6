/**
 * The view that every report shows of a run, in the words that all of them share: printable, cut to the format's
 * limits, with a count of what was cut. A renderer only escapes it for its format.
 */

import { printable } from '../bytes.ts';
import { claimFindingTitles } from '../claim/findings.ts';
import type { UnequalComparison } from '../compare/comparison.ts';
import { describePackage, type SubstitutedEnvironment } from '../plan/substituted.ts';
import { type SignatureState, signerOf } from '../repository/keyring.ts';
import { passOf } from '../verdict/acceptance.ts';
import { type CrossCheck, crossCheck, sharedTraits } from '../verdict/cross-check.ts';
import type { StatedPackage, StatedRun, StatedVerdict } from '../verdict/stated.ts';
import { type VerdictKind, verdictOrder } from '../verdict/verdict.ts';
import { type Bounds, Budget, moreInJson, show } from './bounds.ts';
import { builderFacts, emulationFact, recipeFact, scanFacts } from './builder.ts';
import { type ComparisonView, viewComparison } from './differences-view.ts';
import { explanationFacts, triangulationFacts } from './explanation-facts.ts';
import type { Fact } from './fact.ts';
import { failureFacts } from './failure-facts.ts';
import { fixFacts } from './fix-facts.ts';
import { gateFacts, gateNotes, passTitles } from './gate-facts.ts';
import { networkFacts, networkGrounds } from './network-facts.ts';
import { docsAnchor, nextStep, takenText, verdictTitles } from './words.ts';

export interface ReportView extends SummaryView {
  readonly packages: readonly PackageView[];
}

/** What is said of all packages of a run together. */
export interface SummaryView {
  readonly verdict: VerdictKind;
  /** The verdict in words. */
  readonly title: string;
  readonly tone: Tone;
  /** The number of packages. */
  readonly total: number;
  /** The count of each verdict that occurs, worst first. */
  readonly counts: readonly VerdictCount[];
  /** What packages of one name have in common, or not, across architectures, and what a policy and a baseline show: a line each. */
  readonly notes: readonly string[];
}

/** What a word says about the package, shown as a colour. */
export type Tone = 'good' | 'warn' | 'bad';

export interface VerdictCount {
  readonly verdict: VerdictKind;
  readonly title: string;
  /** Why these packages pass all the same; undefined where they do not, or are reproduced. */
  readonly pass: NotedPass | undefined;
  readonly count: number;
}

/** Why a package passes that is not reproduced. */
export type NotedPass = keyof typeof passTitles;

export interface PackageView {
  /** The file as the user named it. */
  readonly file: string;
  readonly sha256: string | undefined;
  readonly size: number | undefined;
  readonly verdict: VerdictKind;
  readonly title: string;
  readonly tone: Tone;
  /** Why it passes all the same; undefined where it does not, or is reproduced. */
  readonly pass: NotedPass | undefined;
  readonly reason: string | undefined;
  /** What the verdict rests on. */
  readonly grounds: readonly Fact[];
  readonly comparison: ComparisonView | undefined;
  /** What weakens the verdict; also in the context. */
  readonly caveats: readonly string[];
  /** What else is known of the package and the run. */
  readonly context: readonly Fact[];
  /** What to do next; undefined where there is nothing to do. */
  readonly next: string | undefined;
  /** The address of the page that explains the verdict. */
  readonly docs: string;
}

/** Views packages one by one; together they stay within the limits of one report. */
export function packageViewer(bounds: Bounds): (result: StatedPackage) => PackageView {
  const budget = new Budget(bounds);
  return (result) => viewPackage(result, budget);
}

/** The view of a run. The same result and limits give the same view. */
export function viewRun(run: StatedRun, bounds: Bounds): ReportView {
  return { ...viewSummary(run, bounds), packages: run.packages.map(packageViewer(bounds)) };
}

export function viewSummary(run: StatedRun, bounds: Bounds): SummaryView {
  const { packages, verdict } = run;
  const pass = runPass(run);
  return {
    verdict,
    title: titleOf(verdict, pass),
    tone: toneOf(verdict, pass),
    total: packages.length,
    counts: countsOf(packages),
    notes: [
      ...listed(crossCheck(packages), mostCrossChecks, (each) => crossCheckText(each, bounds)),
      ...gateNotes(run, bounds),
    ],
  };
}

/** What passes is counted apart, and never with what is reproduced. */
function countsOf(packages: readonly StatedPackage[]): VerdictCount[] {
  return verdictOrder.flatMap((verdict) =>
    ([undefined, 'accepted', 'in-baseline'] as const).flatMap((pass) => {
      const { length: count } = packages.filter(
        (each) => each.verdict.kind === verdict && notedPass(each) === pass,
      );
      return count === 0 ? [] : [{ verdict, title: titleOf(verdict, pass), pass, count }];
    }),
  );
}

function notedPass(result: StatedPackage): NotedPass | undefined {
  const pass = passOf(result);
  return pass === 'reproduced' ? undefined : pass;
}

/** Why a run passes in which not everything is reproduced. */
function runPass({ packages }: StatedRun): NotedPass | undefined {
  if (packages.length === 0 || packages.some((each) => passOf(each) === undefined)) return undefined;
  const passes = packages.map(notedPass);
  return passes.includes('accepted') ? 'accepted' : passes.find((pass) => pass !== undefined);
}

function titleOf(kind: VerdictKind, pass: NotedPass | undefined): string {
  return pass === undefined ? verdictTitles[kind] : `${verdictTitles[kind]} ${passTitles[pass]}`;
}

/** Packages with the worst verdict first, then those that pass all the same, then what is reproduced; those of one verdict in their order. */
export function worstFirst(packages: readonly PackageView[]): PackageView[] {
  const rank = ({ verdict, pass }: PackageView) =>
    (pass === undefined ? 0 : 1) * verdictOrder.length + verdictOrder.indexOf(verdict);
  const last = (view: PackageView) => Number(view.verdict === 'reproduced');
  return [...packages].sort((a, b) => last(a) - last(b) || rank(a) - rank(b));
}

/** What weakens a statement, or excuses what differs: formats that have no room for the rest have these. */
export function weakening(context: readonly Fact[]): readonly Fact[] {
  return context.filter(({ label, tone }) => label === 'emulated' || tone === 'warn');
}

const mostCrossChecks = 50;

function crossCheckText({ name, architectures, differing }: CrossCheck, { value: most }: Bounds): string {
  const subject = `${show(name, most)} for ${architectures.map((each) => show(each, most)).join(' and ')}`;
  if (differing.length === 0) return `${subject}: the same ${sharedTraits.join(', ')}`;
  const each = differing.map(({ trait, values }) => {
    if (trait === 'sources') return trait;
    const shown = values.map(({ architecture, value }) => `${show(architecture, most)} ${show(value, most)}`);
    return `${trait} (${shown.join(', ')})`;
  });
  return `${subject}: different ${each.join(', ')}`;
}

function viewPackage(result: StatedPackage, budget: Budget): PackageView {
  const { verdict, subject } = result;
  const { bounds } = budget;
  const comparison = comparisonOf(verdict);
  const pass = notedPass(result);
  budget.beginPackage();
  return {
    file: show(result.file, bounds.value),
    sha256: subject?.sha256,
    size: subject?.size,
    verdict: verdict.kind,
    title: titleOf(verdict.kind, pass),
    tone: toneOf(verdict.kind, pass),
    pass,
    reason: verdict.kind === 'reproduced' ? undefined : verdict.reason,
    grounds: [
      ...(result.taken === undefined ? [] : [{ label: 'taken', value: takenText(result.taken) }]),
      ...gateFacts(result, bounds),
      ...groundsOf(verdict, bounds),
      ...(verdict.kind === 'reproduced' ? networkGrounds(result.network) : []),
      ...insightsOf(result, bounds),
    ],
    comparison: comparison === undefined ? undefined : viewComparison(comparison, budget),
    caveats: result.caveats.map((caveat) => show(caveat, bounds.value)),
    context: contextOf(result, bounds),
    next: nextStepOf(result),
    docs: docsAnchor(verdict),
  };
}

function toneOf(kind: VerdictKind, pass: NotedPass | undefined): Tone {
  if (kind === 'reproduced') return 'good';
  return pass !== undefined || kind === 'inconclusive' ? 'warn' : 'bad';
}

function comparisonOf(verdict: StatedVerdict): UnequalComparison | undefined {
  return 'comparison' in verdict ? verdict.comparison : undefined;
}

function nextStepOf(result: StatedPackage): string | undefined {
  const next = nextStep(result);
  return next === undefined ? undefined : printable(next);
}

function groundsOf(verdict: StatedVerdict, bounds: Bounds): Fact[] {
  if (verdict.kind === 'reproduced') {
    const { size, sha256 } = verdict.proof;
    return [
      { label: 'bytes', value: `${size} bytes equal, sha256 ${sha256}` },
      { label: 'signature', value: signatureText(verdict.signature, bounds) },
    ];
  }
  return 'failure' in verdict ? failureFacts(verdict.failure, bounds) : [];
}

function insightsOf({ explanation, triangulation, fixes }: StatedPackage, bounds: Bounds): Fact[] {
  return [
    ...(explanation === undefined ? [] : explanationFacts(explanation, bounds)),
    ...(triangulation === undefined ? [] : triangulationFacts(triangulation, bounds)),
    ...(fixes === undefined ? [] : fixFacts(fixes, bounds)),
  ];
}

function signatureText(state: SignatureState, { value }: Bounds): string {
  switch (state.kind) {
    case 'valid':
      return `valid over the rebuilt bytes: ${state.algorithm} by ${show(signerOf(state), value)}`;
    case 'invalid':
      return `does not match the rebuilt bytes: ${show(state.keyName, value)}`;
    case 'unknown-key':
      return `taken over, not verified: no key ${show(state.keyName, value)} was given`;
    case 'unsigned':
      return 'none: the package is not signed';
  }
}

function contextOf(result: StatedPackage, bounds: Bounds): Fact[] {
  const { value } = bounds;
  const { sbom, scan, plan, chain, findings, substituted, emulation, caveats, skipped } = result;
  const unverified = chain.filter(({ state }) => state === 'unverifiable');
  return [
    ...(sbom === undefined ? [] : [{ label: 'sbom', value: sbom }]),
    ...(scan === undefined ? [] : scanFacts(scan)),
    ...(emulation === undefined ? [] : [emulationFact(emulation)]),
    ...(result.network === undefined ? [] : networkFacts(result.network, bounds)),
    ...facts('unverified', unverified, mostFacts, ({ link, detail }) => `${link}: ${show(detail, value)}`),
    ...facts('caveat', caveats, mostFacts, printable).map((fact) => ({ ...fact, tone: 'warn' as const })),
    ...(substituted === undefined ? [] : substitutedFacts(substituted)),
    ...facts('finding', findings, mostFacts, ({ kind, detail }) => {
      return `${claimFindingTitles[kind]}: ${show(detail, value)}`;
    }),
    ...facts('skipped', skipped, mostSkipped, ({ path, reason }) => `${show(path, value)}: ${reason}`),
    ...(plan === undefined ? [] : [...builderFacts(plan.plan.builder, scan), recipeFact(plan.plan)]),
    ...(plan === undefined ? [] : [{ label: 'plan', value: `sha256 ${plan.identity}` }]),
  ];
}

const mostSubstituted = 40;

/** The substitutions, package by package. */
function substitutedFacts({ packages }: SubstitutedEnvironment): Fact[] {
  if (packages.length === 0) return [];
  const lines = packages.slice(0, mostSubstituted).map((each) => printable(describePackage(each)));
  const more = packages.length - lines.length;
  const value = [...lines, ...(more > 0 ? [`… and ${more} more; ${moreInJson}`] : [])].join('\n');
  return [{ label: 'instead', value, tone: 'warn' }];
}

const mostSkipped = 20;
/** The most lines of any other list about one package. */
const mostFacts = 200;

function facts<V>(label: string, values: readonly V[], most: number, text: (value: V) => string): Fact[] {
  return listed(values, most, text).map((value) => ({ label, value }));
}

/** The first values, and the number of the others. */
function listed<V>(values: readonly V[], most: number, text: (value: V) => string): string[] {
  const cut = values.length - most;
  return [...values.slice(0, most).map(text), ...(cut > 0 ? [`… and ${cut} more`] : [])];
}
