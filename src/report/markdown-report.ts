/**
 * A run as Markdown, for a pull request or the summary of a job: GitHub Flavored Markdown, which GitLab reads as well.
 * All text from a package is in code spans and fences.
 */

import { counted } from '../bytes.ts';
import type { StatedRun } from '../verdict/stated.ts';
import { type Bounds, show } from './bounds.ts';
import type { ComparisonView } from './differences-view.ts';
import {
  comment,
  commentBounds,
  differencesText,
  factText,
  fitted,
  footText,
  jobSummary,
  type Room,
  sectionsFacts,
  summaryBounds,
} from './markdown-blocks.ts';
import { codeCell, codeSpan, escapeMarkup, markdownLink } from './markup.ts';
import { pageAddress, type ReportContext } from './report-context.ts';
import { secondsText, timingHeads, timingRows } from './timings.ts';
import { type PackageView, type ReportView, viewRun } from './view.ts';
import { withReason } from './words.ts';
import { worstFirst } from './worst-packages.ts';

const mostCaveats = 20;

/** The whole run, at most 60,000 bytes; ends with a newline. */
export function renderMarkdown(result: StatedRun, context: ReportContext = {}): string {
  return renderWithin(result, commentBounds, comment, context);
}

/** The same for the summary of a job, at most 900,000 bytes. */
export function renderSummary(result: StatedRun, context: ReportContext = {}): string {
  return renderWithin(result, summaryBounds, jobSummary, context);
}

function renderWithin(result: StatedRun, limits: Bounds, room: Room, context: ReportContext): string {
  const view = viewRun(result, limits);
  const packages = worstFirst(view.packages);
  const blocks = [headText(view), tableText(packages, room.rows), ...caveatsText(packages)];
  const sections = packages
    .filter(({ verdict }) => verdict !== 'reproduced')
    .map((each) => packageText(each, context));
  const times = timingsText(result, context, room.rows);
  const most = room.bytes - Buffer.byteLength(times.join('\n\n'));
  return `${[...fitted(blocks, sections, most), ...times, footText(context, result.runs)].join('\n\n')}\n`;
}

/** How long each package took, where that is asked for. */
function timingsText({ packages }: StatedRun, { timings }: ReportContext, mostRows: number): string[] {
  if (timings === undefined) return [];
  const rows = timingRows(timings).slice(0, mostRows);
  const lines = rows.map(
    (row, at) => `| ${row.join(' | ')} | ${codeCell(show(packages[at]?.file ?? '', commentBounds.value))} |`,
  );
  const head = [
    `| ${timingHeads.join(' | ')} | seconds, ${secondsText(timings.seconds)} in all |`,
    `|${' ---: |'.repeat(timingHeads.length)} --- |`,
  ];
  return [[...head, ...lines].join('\n')];
}

function headText({ title, packages, counts, notes }: ReportView): string {
  const each = counts.map(({ count, title: word }) => `${count} ${word}`).join(', ');
  const how = counted(packages.length, 'package');
  const checks = notes.map((check) => `\n- ${codeSpan(check)}`).join('');
  const [only, ...others] = packages;
  const name = only?.name === undefined || others.length > 0 ? '' : `: ${codeSpan(only.name)}`;
  return `## wolfi-repro: ${title}${name}\n\n${how}: ${each}.${checks === '' ? '' : `\n${checks}`}`;
}

function tableText(packages: readonly PackageView[], mostRows: number): string {
  const rows = packages.slice(0, mostRows).map(({ title, reason, file, comparison }) => {
    const differences = comparison === undefined ? '' : String(comparison.total);
    const causes = comparison?.causes.map((cause) => cause.title).join(', ') ?? '';
    return `| ${title} | ${reason ?? ''} | ${codeCell(file)} | ${differences} | ${causes} |`;
  });
  const cut = packages.length - rows.length;
  return [
    '| verdict | reason | package | differences | causes |',
    '| --- | --- | --- | ---: | --- |',
    ...rows,
    ...(cut === 0 ? [] : [`| … | | and ${cut} more packages | | |`]),
  ].join('\n');
}

/** The caveats of verdicts that have no section of their own. */
function caveatsText(packages: readonly PackageView[]): string[] {
  const lines = packages
    .filter(({ verdict }) => verdict === 'reproduced')
    .flatMap(({ file, caveats }) =>
      caveats.map((caveat) => `- caveat: ${codeSpan(file)}: ${codeSpan(caveat)}`),
    );
  const cut = lines.length - mostCaveats;
  if (lines.length === 0) return [];
  return [[...lines.slice(0, mostCaveats), ...(cut > 0 ? [`- … and ${cut} more caveats`] : [])].join('\n')];
}

/** The section of a package, which is folded at first. */
function packageText(view: PackageView, report: ReportContext): string {
  const { title, reason, file, name, grounds, comparison, context, next, docs } = view;
  const named = name === undefined ? '' : ` <code>${escapeMarkup(name)}</code>`;
  const summary = `${withReason(title, reason)}: <code>${escapeMarkup(file)}</code>${named}`;
  const lines = [
    ...grounds.map(factText),
    ...(comparison === undefined ? [] : comparisonFacts(comparison, report)),
    ...context.filter(({ label }) => label !== 'builder' && label !== 'taken over').map(factText),
    ...(next === undefined ? [] : [`- next: ${codeSpan(next)}`]),
    `- about: ${markdownLink(docs, pageAddress(report, docs))}`,
  ];
  return [
    `<details><summary>${summary}</summary>`,
    lines.join('\n'),
    ...(comparison === undefined ? [] : differencesText(comparison)),
    '</details>',
  ].join('\n\n');
}

function comparisonFacts(view: ComparisonView, context: ReportContext): string[] {
  return [
    `- published: ${codeSpan(view.published)}`,
    `- rebuilt: ${codeSpan(view.rebuilt)}`,
    ...sectionsFacts(view, context),
  ];
}
