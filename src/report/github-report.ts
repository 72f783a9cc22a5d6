/**
 * A run as commands of a GitHub workflow, which become annotations: the ten worst packages and a count of all. GitHub shows ten of a kind for a step.
 * The escapes are those of actions/toolkit (packages/core/src/command.ts).
 */
import { counted } from '../bytes.ts';
import type { StatedRun } from '../verdict/stated.ts';
import type { Bounds } from './bounds.ts';
import { countsText, type DiffView, titleOfAll, viewDiffs } from './diff-view.ts';
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
  differences: 40,
  allDifferences: 40,
  members: 0,
  lines: 0,
  packageLines: 0,
  allLines: 0,
  characters: 200_000,
};

const mostAnnotations = 10;

type Command = 'error' | 'warning' | 'notice';

/** Renders a command on each line. */
export function renderGithub(result: StatedRun, context: ReportContext = {}): string {
  const { packages, title, counts, notes, missing, urgent } = viewRun(result, bounds);
  const all = worstFirst(packages).filter(isWorthLooking);
  const listed = [...all.filter((each) => !passes(each)), ...all.filter(passes)];
  const shown = listed.slice(0, mostAnnotations);
  const cut = listed.length - shown.length;
  const summary = `${counted(packages.length, 'package')}: ${counts.map((each) => `${each.count} ${each.title}`).join(', ')}`;
  const lines = [
    summary,
    ...(cut === 0 ? [] : [`${cut} more have no annotation; the report has them`]),
    ...notes,
    `${writerText(context, result.runs)}: ${pageAddress(context, reportsPage)}`,
  ];
  return [
    ...shown.map((each) => annotation(each, context)),
    command(
      missing.length > 0 ? 'error' : urgent.length > 0 ? 'warning' : 'notice',
      { title: `wolfi-repro: ${title}` },
      lines.join('\n'),
    ),
  ].join('');
}

/** Packages, folders or files compared by themselves: an annotation for each of the first that differ, and for several one that counts them. */
export function renderDiffGithub(results: readonly StatedDiff[], context: ReportContext = {}): string {
  const views = viewDiffs(results, bounds);
  if (views.length === 1) return diffAnnotation(views[0]!, context);
  const differing = views.filter(({ differences }) => differences !== undefined);
  const cut = differing.length - mostAnnotations;
  const lines = [
    countsText(views),
    ...(cut <= 0 ? [] : [`${cut} more have no annotation; the report has them`]),
    `${writerText(context)}: ${pageAddress(context, reportsPage)}`,
  ];
  return [
    ...differing.slice(0, mostAnnotations).map((view) => diffAnnotation(view, context)),
    command('notice', { title: `wolfi-repro: ${titleOfAll(views).title}` }, lines.join('\n')),
  ].join('');
}

function diffAnnotation({ title, reason, names, differences }: DiffView, context: ReportContext): string {
  const kind = differences === undefined ? 'notice' : 'error';
  const lines = [
    withReason(`${names.published} and ${names.rebuilt}`, reason),
    ...(differences?.groups ?? []).map(({ example }) => differenceText(example)),
    ...(differences === undefined || differences.cut === 0 ? [] : [`… and ${differences.cut} more`]),
    `${writerText(context)}: ${pageAddress(context, reportsPage)}`,
  ];
  return command(kind, { file: names.rebuilt, title: `wolfi-repro: ${title}` }, lines.join('\n'));
}

function annotation(view: PackageView, report: ReportContext): string {
  const { file, name, grounds, context, comparison, next, docs } = view;
  const causes = comparison?.causes.map((cause) => cause.title) ?? [];
  const lines = [
    ...(name === undefined ? [] : [name]),
    ...[...grounds, ...weakening(context)].map(({ label, value }) => `${label}: ${value}`),
    ...(causes.length === 0 ? [] : [`causes: ${causes.join(', ')}`]),
    ...(next === undefined ? [] : [`next: ${next}`]),
    `about: ${pageAddress(report, docs)}`,
  ];
  return command(
    kindOf(view),
    { file, title: `${withReason(view.title, view.reason)}: ${file}` },
    lines.join('\n'),
  );
}

function kindOf(view: PackageView): Command {
  if (passes(view)) return 'notice';
  return view.verdict === 'inconclusive' || view.verdict === 'build-failed' ? 'warning' : 'error';
}

function command(kind: Command, properties: Readonly<Record<string, string>>, message: string): string {
  const named = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(value)}`);
  return `::${kind} ${named.join(',')}::${escapeData(message)}\n`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
