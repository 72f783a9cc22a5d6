/** A run as GitLab reads code quality: one entry for each package that does not pass, or of which something must be said (docs.gitlab.com, "Code Quality report format"). */
import { sha256 } from '../digest.ts';
import type { StatedRun } from '../verdict/stated.ts';
import type { VerdictKind } from '../verdict/verdict.ts';
import type { Bounds } from './bounds.ts';
import { type DiffView, viewDiffs } from './diff-view.ts';
import { renderValue } from './json-report.ts';
import { isWorthLooking, passes } from './passing.ts';
import { pageAddress, type ReportContext, reportsPage, writerText } from './report-context.ts';
import type { StatedDiff } from './stated-diff.ts';
import { differenceText } from './tree-lines.ts';
import { type PackageView, viewRun, weakening } from './view.ts';
import { withReason } from './words.ts';
import { worstFirst } from './worst-packages.ts';

const bounds: Bounds = {
  value: 200,
  outputLines: 4,
  differences: 200,
  allDifferences: 5000,
  members: 0,
  lines: 0,
  packageLines: 0,
  allLines: 0,
  characters: 4_000_000,
};

type Severity = 'info' | 'minor' | 'major' | 'critical' | 'blocker';

const severities: Readonly<Record<VerdictKind, Severity>> = {
  internal: 'blocker',
  rejected: 'critical',
  'not-reproduced': 'major',
  'build-failed': 'minor',
  inconclusive: 'minor',
  reproduced: 'info',
};

/** Renders the list, worst first. */
export function renderCodeQuality(result: StatedRun, context: ReportContext = {}): string {
  const { packages, missing } = viewRun(result, bounds);
  const entries = worstFirst(packages)
    .filter(isWorthLooking)
    .map((each) => entryOf(each, context));
  return renderValue([...(missing.length === 0 ? [] : [missingEntry(missing, context)]), ...entries]);
}

/** An entry for what has none because its result is missing. */
function missingEntry(missing: readonly string[], context: ReportContext) {
  const path = '.';
  return {
    description: `results are missing: ${missing.join('; ')}`,
    check_name: 'incomplete',
    fingerprint: fingerprintOf(path, 'incomplete'),
    severity: 'blocker' as const,
    location: { path, lines: { begin: 1 } },
    content: contentOf(context, 'docs/ci.md'),
  };
}

function entryOf(view: PackageView, report: ReportContext) {
  const { file, name, verdict, reason, grounds, context, comparison, docs } = view;
  const causes = comparison?.causes.map((cause) => cause.title) ?? [];
  const facts = [...grounds.slice(0, 1), ...weakening(context)];
  const check = reason === undefined ? verdict : `${verdict}/${reason}`;
  const why = [...facts.map(({ value }) => value), ...causes];
  return {
    description: [`${file}: ${withReason(view.title, reason)}`, ...(name === undefined ? [] : [name]), ...why]
      .join('; ')
      .replaceAll('\n', ' '),
    check_name: check,
    fingerprint: fingerprintOf(file, check),
    severity: passes(view) ? 'info' : severities[verdict],
    location: { path: file, lines: { begin: 1 } },
    content: contentOf(report, docs),
  };
}

/** What an entry says beyond its description (Code Climate's engine specification, "Contents"): who found it, and the page that explains it. */
function contentOf(context: ReportContext, page: string) {
  return { body: `${writerText(context)}: ${pageAddress(context, page)}` };
}

/** Packages, folders or files compared by themselves: one entry for each row of differences. */
export function renderDiffCodeQuality(results: readonly StatedDiff[], context: ReportContext = {}): string {
  const seen = new Map<string, number>();
  const entries = viewDiffs(results, bounds).flatMap((view) => diffEntries(view, context));
  // GitLab takes entries with one fingerprint for the same.
  return renderValue(
    entries.map((entry) => {
      const before = seen.get(entry.fingerprint) ?? 0;
      seen.set(entry.fingerprint, before + 1);
      return before === 0
        ? entry
        : { ...entry, fingerprint: fingerprintOf(entry.fingerprint, String(before)) };
    }),
  );
}

function diffEntries({ names, differences }: DiffView, context: ReportContext) {
  const rows = (differences?.groups ?? []).map(({ example }) => example);
  const entry = (kind: string, place: string, text: string) => ({
    description: `${names.rebuilt}: ${text}`.replaceAll('\n', ' '),
    check_name: `difference/${kind}`,
    fingerprint: fingerprintOf(names.rebuilt, place),
    severity: 'major' as const,
    location: { path: names.rebuilt, lines: { begin: 1 } },
    content: contentOf(context, reportsPage),
  });
  const cut = differences?.cut ?? 0;
  return [
    ...rows.map((example) =>
      entry(example.kind, `${example.section} ${example.path} ${example.title}`, differenceText(example)),
    ),
    ...(cut === 0
      ? []
      : [entry('unlisted', 'unlisted', `and ${cut} more differences, which are not listed`)]),
  ];
}

/** The same in every run and folder: by the file's own name. */
function fingerprintOf(file: string, check: string): string {
  return sha256(Buffer.from(`${file.slice(file.lastIndexOf('/') + 1)}\0${check}`));
}
