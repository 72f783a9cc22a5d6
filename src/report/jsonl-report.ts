/** A run as JSON lines: one package on each line, each a complete value, between a line that says who judged and one that says that the end was reached. */
import { canonicalJson } from '../canonical.ts';
import { isKnownRun, type KnownRun, type RunRecord } from '../verdict/run-record.ts';
import type { StatedPackage, StatedRun } from '../verdict/stated.ts';
import { boundedValue } from './bounds.ts';
import { diffValue, escapeSteering, packageValue, toolValue } from './json-report.ts';
import type { ReportContext } from './report-context.ts';
import { endSchema, packageSchema, runsSchema } from './result-schemas.ts';
import type { StatedDiff } from './stated-diff.ts';

/**
 * Renders the lines; every line ends with a newline. The first line says which runs judged, the last that the end was reached; both are absent where the
 * result does not say who judged.
 */
export function renderJsonLines({ packages, runs }: StatedRun, context: ReportContext = {}): string {
  const lines = packages.map(packageLine);
  if (runs === undefined) return lines.join('');
  return [runsLine(headOf(runs, packages.length), context), ...lines, endLine(packages.length)].join('');
}

/** A run in the first line of its results: how much it judged, and whether it came to its end, its lines say themselves. */
export type BegunRun = Omit<KnownRun, 'judged' | 'ended'>;

function headOf(runs: readonly RunRecord[], count: number): readonly (RunRecord | BegunRun)[] {
  const [only, ...others] = runs;
  if (only === undefined || others.length > 0 || !isKnownRun(only)) return runs;
  const { judged, ended, ...begun } = only;
  return ended && judged === count ? [begun] : runs;
}

/** The first line. */
export function runsLine(runs: readonly (RunRecord | BegunRun)[], context: ReportContext = {}): string {
  return line(Object.assign({ schema: runsSchema, tool: toolValue(context) }, boundedValue({ runs })));
}

/** The last line, which a run that was killed does not have. */
export function endLine(judged: number): string {
  return line({ schema: endSchema, judged });
}

/** The line of one package, with its newline. */
export function packageLine(result: StatedPackage): string {
  return line(Object.assign({ schema: packageSchema }, packageValue(result)));
}

/** Packages, folders or files compared by themselves, each comparison on one line. */
export function renderDiffJsonLine(results: readonly StatedDiff[], context: ReportContext = {}): string {
  return results.map((each) => line(diffValue(each, context))).join('');
}

function line(value: unknown): string {
  return `${escapeSteering(canonicalJson(value))}\n`;
}
