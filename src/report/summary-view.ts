/** What every report says of all packages of a run together. */

import { passOf } from '../verdict/acceptance.ts';
import { type CrossCheck, crossCheck, sharedTraits } from '../verdict/cross-check.ts';
import type { StatedPackage, StatedRun } from '../verdict/stated.ts';
import { type VerdictKind, verdictOrder } from '../verdict/verdict.ts';
import { type Bounds, show } from './bounds.ts';
import { gateNotes, passTitles, urgentNotes } from './gate-facts.ts';
import { incompleteTitle, missingIn, runNotes } from './run-notes.ts';
import { verdictTitles } from './words.ts';

/** What is said of all packages of a run together. */
export interface SummaryView {
  readonly verdict: VerdictKind;
  /** The verdict in words. */
  readonly title: string;
  readonly tone: Tone;
  /** The notes that ask for something to be done within days. */
  readonly urgent: readonly string[];
  /** What is missing in joined results and fails the run, a line each; also in the notes. */
  readonly missing: readonly string[];
  /** The number of packages. */
  readonly total: number;
  /** The count of each verdict that occurs, worst first. */
  readonly counts: readonly VerdictCount[];
  /** What packages of one name have in common, or not, across architectures, what a policy and a baseline show, and which results are missing: a line each. */
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

export function viewSummary(run: StatedRun, bounds: Bounds): SummaryView {
  const { packages, verdict } = run;
  const pass = runPass(run);
  const tone = toneOf(verdict, pass);
  const isIncomplete = run.incomplete !== undefined;
  return {
    verdict,
    title: `${titleOf(verdict, pass)}${isIncomplete ? incompleteTitle : ''}`,
    tone: isIncomplete && tone === 'good' ? 'warn' : tone,
    urgent: urgentNotes(run, bounds),
    missing: missingIn(run),
    total: packages.length,
    counts: countsOf(packages),
    notes: [
      ...listed(crossCheck(packages), mostCrossChecks, (each) => crossCheckText(each, bounds)),
      ...gateNotes(run, bounds),
      ...runNotes(run, bounds),
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

export function notedPass(result: StatedPackage): NotedPass | undefined {
  const pass = passOf(result);
  return pass === 'reproduced' ? undefined : pass;
}

/** Why a run passes in which not everything is reproduced. */
function runPass({ packages }: StatedRun): NotedPass | undefined {
  if (packages.length === 0 || packages.some((each) => passOf(each) === undefined)) return undefined;
  const passes = packages.map(notedPass);
  return passes.includes('accepted') ? 'accepted' : passes.find((pass) => pass !== undefined);
}

export function titleOf(kind: VerdictKind, pass: NotedPass | undefined): string {
  return pass === undefined ? verdictTitles[kind] : `${verdictTitles[kind]} ${passTitles[pass]}`;
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

export function toneOf(kind: VerdictKind, pass: NotedPass | undefined): Tone {
  if (kind === 'reproduced') return 'good';
  return pass !== undefined || kind === 'inconclusive' ? 'warn' : 'bad';
}

/** The first values, and the number of the others. */
export function listed<V>(values: readonly V[], most: number, text: (value: V) => string): string[] {
  const cut = values.length - most;
  return [...values.slice(0, most).map(text), ...(cut > 0 ? [`… and ${cut} more`] : [])];
}
