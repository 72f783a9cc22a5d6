/** Packages, folders or files compared by themselves, as Markdown. */

import { countsText, type DiffView, titleOfAll, viewDiffs } from './diff-view.ts';
import type { DifferencesView } from './differences-view.ts';
import {
  comment,
  commentBounds,
  differencesText,
  factText,
  fitted,
  footText,
  groupMarkdown,
  jobSummary,
  type Room,
  sectionsFacts,
  summaryBounds,
} from './markdown-blocks.ts';
import { codeCell, codeSpan, escapeMarkup } from './markup.ts';
import type { ReportContext } from './report-context.ts';
import type { StatedDiff } from './stated-diff.ts';
import { consequenceText } from './tree-lines.ts';
import { withReason } from './words.ts';

/** Packages, folders or files compared by themselves, at most 60,000 bytes; ends with a newline. */
export function renderDiffMarkdown(results: readonly StatedDiff[], context: ReportContext = {}): string {
  return diffsWithin(viewDiffs(results, commentBounds), comment, context);
}

/** The same for the summary of a job, at most 900,000 bytes. */
export function renderDiffSummary(results: readonly StatedDiff[], context: ReportContext = {}): string {
  return diffsWithin(viewDiffs(results, summaryBounds), jobSummary, context);
}

function diffsWithin(views: readonly DiffView[], room: Room, context: ReportContext): string {
  const [only, ...others] = views;
  const blocks =
    only !== undefined && others.length === 0
      ? diffBlocks(only, room, context)
      : severalBlocks(views, room, context);
  return `${[...blocks, footText(context)].join('\n\n')}\n`;
}

function diffBlocks(view: DiffView, { bytes }: Room, context: ReportContext): string[] {
  const { title, reason, names, differences } = view;
  const head = [
    `## wolfi-repro: ${withReason(title, reason)}`,
    `${codeSpan(names.published)} → ${codeSpan(names.rebuilt)}`,
  ];
  const lines = diffFacts(view, context);
  if (lines.length > 0) head.push(lines.join('\n'));
  if (differences === undefined) return head;
  return [...head, ...fittedDifferences(differences, bytes - Buffer.byteLength(head.join('\n\n')))];
}

function diffFacts({ facts, differences, sbom }: DiffView, context: ReportContext): string[] {
  return [
    ...facts.map(factText),
    ...(differences === undefined ? [] : sectionsFacts(differences, context)),
    ...(sbom === undefined ? [] : [`- sbom: ${sbom}`]),
  ];
}

/** A table of all comparisons, then a folded section for each that differs, as far as there is room. */
function severalBlocks(
  views: readonly DiffView[],
  { bytes, rows: most }: Room,
  context: ReportContext,
): string[] {
  const ordered = [...views].sort(
    (a, b) => Number(a.title === 'identical') - Number(b.title === 'identical'),
  );
  const rows = ordered.slice(0, most).map(({ title, reason, names, differences }) => {
    const causes = differences?.causes.map((cause) => cause.title).join(', ') ?? '';
    const sides = `${codeCell(names.published)} | ${codeCell(names.rebuilt)}`;
    return `| ${withReason(title, reason)} | ${sides} | ${differences?.total ?? 0} | ${causes} |`;
  });
  const cut = views.length - rows.length;
  const table = [
    '| result | published | rebuilt | differences | causes |',
    '| --- | --- | --- | ---: | --- |',
    ...rows,
    ...(cut === 0 ? [] : [`| … | and ${cut} more comparisons | | | |`]),
  ].join('\n');
  const sections = ordered.flatMap((view) => {
    const { names, differences, title, reason } = view;
    if (differences === undefined) return [];
    const sides = [names.published, names.rebuilt].map((name) => `<code>${escapeMarkup(name)}</code>`);
    const summary = `<details><summary>${withReason(title, reason)}: ${sides.join(' → ')}</summary>`;
    const facts = diffFacts(view, context).join('\n');
    return [[summary, facts, ...differencesText(differences), '</details>'].join('\n\n')];
  });
  const head = [`## wolfi-repro: ${titleOfAll(views).title}`, `${countsText(views)}.`, table];
  return fitted(head, sections, bytes, 'comparisons');
}

/** The differences for which there is room. @param bytes what is left for them */
function fittedDifferences(view: DifferencesView, bytes: number): string[] {
  const sizes = view.groups.map((group) => Buffer.byteLength(groupMarkdown(group)) + 1);
  const follows = Buffer.byteLength(view.consequences.map(consequenceText).join('\n'));
  let room = bytes - Buffer.byteLength(view.sbom.join('\n')) - follows - 1000;
  const fitting = sizes.findIndex((size) => {
    room -= size;
    return room < 0;
  });
  const groups = fitting === -1 ? view.groups : view.groups.slice(0, fitting);
  const shown = groups.reduce((sum, { count }) => sum + count, 0);
  return differencesText({ ...view, groups, cut: view.total - shown });
}
