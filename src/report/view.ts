/**
 * The view that every report shows of a run, in the words that all of them share: printable, cut to the format's
 * limits, with a count of what was cut. A renderer only escapes it for its format.
 */

import { printable } from '../bytes.ts';
import { type ClaimFinding, claimFindingTitles } from '../claim/findings.ts';
import type { UnequalComparison } from '../compare/comparison.ts';
import { describePackage, type SubstitutedEnvironment } from '../plan/substituted.ts';
import { type SignatureState, signerOf } from '../repository/keyring.ts';
import type { StatedPackage, StatedRun, StatedVerdict } from '../verdict/stated.ts';
import type { VerdictKind } from '../verdict/verdict.ts';
import { type Bounds, Budget, moreInJson, show } from './bounds.ts';
import { builderFacts, emulationFact, recipeFact, scanFacts } from './builder.ts';
import { type ComparisonView, viewComparison } from './differences-view.ts';
import { explanationFacts, triangulationFacts } from './explanation-facts.ts';
import type { Fact } from './fact.ts';
import { failureFacts } from './failure-facts.ts';
import { fixFacts } from './fix-facts.ts';
import { gateFacts } from './gate-facts.ts';
import { networkFacts, networkGrounds } from './network-facts.ts';
import {
  listed,
  type NotedPass,
  notedPass,
  type SummaryView,
  type Tone,
  titleOf,
  toneOf,
  viewSummary,
} from './summary-view.ts';
import { docsAnchor, nextStep, takenText } from './words.ts';

export interface ReportView extends SummaryView {
  readonly packages: readonly PackageView[];
}

export interface PackageView {
  /** The file as the user named it. */
  readonly file: string;
  /** Name, version, origin and architecture as the package states them; undefined where it could not be read, and where `taken` says it. */
  readonly name: string | undefined;
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

/** What weakens a statement, or excuses what differs: formats that have no room for the rest have these. */
export function weakening(context: readonly Fact[]): readonly Fact[] {
  return context.filter(({ label, tone }) => label === 'emulated' || tone === 'warn');
}

function viewPackage(result: StatedPackage, budget: Budget): PackageView {
  const { verdict, subject } = result;
  const { bounds } = budget;
  const comparison = comparisonOf(verdict);
  const pass = notedPass(result);
  budget.beginPackage();
  return {
    file: show(result.file, bounds.value),
    name: nameOf(result, bounds),
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

function nameOf({ taken, subject, plan }: StatedPackage, { value }: Bounds): string | undefined {
  if (taken !== undefined || subject?.name === undefined) return undefined;
  const { name, version, architecture } = subject;
  const parts = [
    `${name} ${version ?? ''}`.trimEnd(),
    ...(plan === undefined ? [] : [`origin ${plan.plan.origin}`]),
    ...(architecture === undefined ? [] : [`for ${architecture}`]),
  ];
  return show(parts.join(', '), value);
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
      {
        label: 'signature',
        value: signatureText(verdict.signature, bounds),
        ...(isDoubtful(verdict.signature) ? { tone: 'warn' } : {}),
      },
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

/** Whether there is a signature that nothing here vouches for. */
function isDoubtful({ kind }: SignatureState): boolean {
  return kind === 'invalid' || kind === 'unknown-key';
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
    ...findingFacts(findings, bounds),
    ...facts('skipped', skipped, mostSkipped, ({ path, reason }) => `${show(path, value)}: ${reason}`),
    ...(plan === undefined ? [] : [...builderFacts(plan.plan.builder, scan), recipeFact(plan.plan)]),
    ...(plan === undefined ? [] : [{ label: 'plan', value: `sha256 ${plan.identity}` }]),
  ];
}

/** What is said of each finding; that a file has a name of its own is said in passing. */
function findingFacts(findings: readonly ClaimFinding[], { value }: Bounds): Fact[] {
  const [names, others] = [true, false].map((of) =>
    findings.filter(({ kind }) => (kind === 'file-name') === of),
  );
  const text = ({ kind, detail }: ClaimFinding) => `${claimFindingTitles[kind]}: ${show(detail, value)}`;
  return [
    ...facts('finding', others!, mostFacts, text),
    ...facts('remark', names!, mostFacts, text).map((fact) => ({ ...fact, tone: 'faint' as const })),
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
