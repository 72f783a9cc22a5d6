/**
 * A run as Markdown, for a pull request or the summary of a job: GitHub Flavored Markdown, which GitLab reads as well.
 * All text from a package is in code spans and fences.
 */

import { counted } from '../bytes.ts';
import type { DiffResult } from '../diff.ts';
import { addAll } from '../lists.ts';
import type { RunRecord } from '../verdict/run-record.ts';
import type { StatedRun } from '../verdict/stated.ts';
import type { Bounds } from './bounds.ts';
import { moreInJson, show } from './bounds.ts';
import { viewDiff } from './diff-view.ts';
import type { ComparisonView, DifferencesView, DifferenceView, GroupView } from './differences-view.ts';
import type { Fact } from './fact.ts';
import { codeCell, codeFence, codeSpan, escapeMarkup, markdownLink } from './markup.ts';
import { pageAddress, type ReportContext, reportsPage, writerText } from './report-context.ts';
import { secondsText, timingHeads, timingRows } from './timings.ts';
import {
  causeText,
  consequenceText,
  differenceLines,
  foldersText,
  groupText,
  shortDigests,
  sidesText,
  type TreeLine,
} from './tree-lines.ts';
import { type PackageView, type ReportView, viewRun } from './view.ts';
import { withReason } from './words.ts';
import { worstFirst } from './worst-packages.ts';

const bounds: Bounds = {
  value: 200,
  outputLines: 20,
  differences: 50,
  allDifferences: 500,
  members: 0,
  lines: 30,
  packageLines: 120,
  allLines: 1200,
  characters: 200_000,
};

/** A job's summary on GitHub has 1,024 KiB, and one that is larger is not shown at all. */
const summaryBounds: Bounds = {
  ...bounds,
  differences: 200,
  allDifferences: 5000,
  lines: 60,
  packageLines: 400,
  allLines: 20_000,
  characters: 2_000_000,
};

/** How much a report takes. */
interface Room {
  /** The most bytes. */
  readonly bytes: number;
  /** The most rows of its table. */
  readonly rows: number;
}

/** A comment on GitHub holds 65,536 characters, GitLab's notes and both job summaries hold more. */
const comment: Room = { bytes: 60_000, rows: 200 };
const jobSummary: Room = { bytes: 900_000, rows: 2000 };
const mostCaveats = 20;

/** The whole run, at most 60,000 bytes; ends with a newline. */
export function renderMarkdown(result: StatedRun, context: ReportContext = {}): string {
  return renderWithin(result, bounds, comment, context);
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

/** The sections for which there is room, and the number of the others. */
function fitted(head: readonly string[], sections: readonly string[], most: number): string[] {
  const blocks = [...head];
  let used = Buffer.byteLength(blocks.join('\n\n')) + 700;
  let cut = 0;
  for (const section of sections) {
    const bytes = Buffer.byteLength(section) + 2;
    if (used + bytes <= most) {
      blocks.push(section);
      used += bytes;
    } else cut += 1;
  }
  return cut === 0 ? blocks : [...blocks, `… and ${cut} more packages; ${moreInJson}.`];
}

/** How long each package took, where that is asked for. */
function timingsText({ packages }: StatedRun, { timings }: ReportContext, mostRows: number): string[] {
  if (timings === undefined) return [];
  const rows = timingRows(timings).slice(0, mostRows);
  const lines = rows.map(
    (row, at) => `| ${row.join(' | ')} | ${codeCell(show(packages[at]?.file ?? '', bounds.value))} |`,
  );
  const head = [
    `| ${timingHeads.join(' | ')} | seconds, ${secondsText(timings.seconds)} in all |`,
    `|${' ---: |'.repeat(timingHeads.length)} --- |`,
  ];
  return [[...head, ...lines].join('\n')];
}

/** Which program says all this, and where its words are explained. */
function footText(context: ReportContext, runs: readonly RunRecord[] = []): string {
  const link = markdownLink('how to read it', pageAddress(context, reportsPage));
  return `${codeSpan(writerText(context, runs))}, ${link}`;
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

/** A value of several lines becomes a fenced block below its label. */
function factText({ label, value }: Fact): string {
  if (!value.includes('\n')) return `- ${label === '' ? '' : `${label}: `}${codeSpan(value)}`;
  const fence = codeFence(value.split('\n'), '');
  return `- ${label}:\n\n${fence.replace(/^/gm, '  ')}\n`;
}

/** Two packages, folders or files compared by themselves, at most 60,000 characters; ends with a newline. */
export function renderDiffMarkdown(result: DiffResult, context: ReportContext = {}): string {
  const { title, reason, names, facts, differences, sbom } = viewDiff(result, bounds);
  const head = [
    `## wolfi-repro: ${withReason(title, reason)}`,
    `${codeSpan(names.published)} → ${codeSpan(names.rebuilt)}`,
  ];
  const lines = [
    ...facts.map(factText),
    ...(differences === undefined ? [] : sectionsFacts(differences, context)),
    ...(sbom === undefined ? [] : [`- sbom: ${sbom}`]),
  ];
  if (lines.length > 0) head.push(lines.join('\n'));
  const shown = differences === undefined ? [] : fittedDifferences(differences, head.join('\n\n').length);
  return `${[...head, ...shown, footText(context)].join('\n\n')}\n`;
}

/** The differences for which there is room. */
function fittedDifferences(view: DifferencesView, used: number): string[] {
  const sizes = view.groups.map((group) => groupMarkdown(group).length + 1);
  let room = comment.bytes - used - view.sbom.join('\n').length - 1000;
  const fitting = sizes.findIndex((size) => {
    room -= size;
    return room < 0;
  });
  const groups = fitting === -1 ? view.groups : view.groups.slice(0, fitting);
  const shown = groups.reduce((sum, { count }) => sum + count, 0);
  return differencesText({ ...view, groups, cut: view.total - shown });
}

function comparisonFacts(view: ComparisonView, context: ReportContext): string[] {
  return [
    `- published: ${codeSpan(view.published)}`,
    `- rebuilt: ${codeSpan(view.rebuilt)}`,
    ...sectionsFacts(view, context),
  ];
}

function sectionsFacts({ sections, causes }: DifferencesView, context: ReportContext): string[] {
  return [
    `- sections: ${sections.map(({ section, likeness }) => `${section} ${likeness}`).join(', ')}`,
    ...causes.map(
      ({ title, page, count }) =>
        `- cause of ${count}: ${title}, ${markdownLink(page, pageAddress(context, page))}`,
    ),
  ];
}

function differencesText({ groups, total, cut, consequences, sbom }: DifferencesView): string[] {
  const follows = consequences.map((each) => `- follows ${codeSpan(consequenceText(each))}`);
  return [
    `**${counted(total, 'difference')}**, published → rebuilt:`,
    groups.map(groupMarkdown).join('\n'),
    ...(cut === 0 ? [] : [`… and ${cut} more; ${moreInJson}.`]),
    ...(follows.length === 0 ? [] : [follows.join('\n')]),
    ...(sbom.length === 0 ? [] : ['In the SBOM:', codeFence(sbom, '')]),
  ];
}

/** Differences of one shape as an item: their number, where they lie, and one of them. */
function groupMarkdown(group: GroupView): string {
  if (group.count === 1) return differenceText(group.example);
  return [
    `- ${codeSpan(groupText(group))}`,
    `  - in ${codeSpan(foldersText(group))}`,
    differenceText(group.example).replace(/^- /, '- for example ').replace(/^/gm, '  '),
  ].join('\n');
}

function differenceText(difference: DifferenceView): string {
  const { section, path, kindTitle, name, published, rebuilt, causes } = difference;
  const sides = shortDigests(sidesText(published, rebuilt));
  const place = codeSpan(path === '' ? section : `${section} ${path}`);
  const what = name === undefined ? kindTitle : `${kindTitle} ${codeSpan(name)}`;
  const lines = [`- ${place} ${what}${sides === '' ? '' : ` ${codeSpan(sides)}`}`];
  addAll(
    lines,
    causes.map((cause) => `  - ${codeSpan(causeText(cause))}`),
  );
  const inside = differenceLines({ ...difference, causes: [] }).slice(1);
  if (inside.length > 0) lines.push('', codeFence(inside.map(insideText), 'diff').replace(/^/gm, '  '));
  return lines.join('\n');
}

/** In a `diff` block a sign must come first to be coloured. */
function insideText({ text, side, depth }: TreeLine): string {
  return side === undefined ? `# ${'  '.repeat(depth - 1)}${text}` : text;
}
