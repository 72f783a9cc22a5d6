/** The pieces of which reports in Markdown are made: limits, facts, and differences with what is inside of them. All text from a package is in code spans and fences. */
import { counted } from '../bytes.ts';
import { addAll } from '../lists.ts';
import type { RunRecord } from '../verdict/run-record.ts';
import { type Bounds, moreInJson } from './bounds.ts';
import type { DifferencesView, DifferenceView, GroupView } from './differences-view.ts';
import type { Fact } from './fact.ts';
import { codeFence, codeSpan, markdownLink } from './markup.ts';
import { pageAddress, type ReportContext, reportsPage, writerText } from './report-context.ts';
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

export const commentBounds: Bounds = {
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
export const summaryBounds: Bounds = {
  ...commentBounds,
  differences: 200,
  allDifferences: 5000,
  lines: 60,
  packageLines: 400,
  allLines: 20_000,
  characters: 2_000_000,
};

/** How much a report takes. */
export interface Room {
  /** The most bytes. */
  readonly bytes: number;
  /** The most rows of its table. */
  readonly rows: number;
}

/** A comment on GitHub holds 65,536 characters, GitLab's notes and both job summaries hold more. */
export const comment: Room = { bytes: 60_000, rows: 200 };
export const jobSummary: Room = { bytes: 900_000, rows: 2000 };
/** The sections for which there is room, and the number of the others. */
export function fitted(
  head: readonly string[],
  sections: readonly string[],
  most: number,
  what = 'packages',
): string[] {
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
  return cut === 0 ? blocks : [...blocks, `… and ${cut} more ${what}; ${moreInJson}.`];
}

/** Which program says all this, and where its words are explained. */
export function footText(context: ReportContext, runs: readonly RunRecord[] = []): string {
  const link = markdownLink('how to read it', pageAddress(context, reportsPage));
  return `${codeSpan(writerText(context, runs))}, ${link}`;
}

/** A value of several lines becomes a fenced block below its label. */
export function factText({ label, value }: Fact): string {
  if (!value.includes('\n')) return `- ${label === '' ? '' : `${label}: `}${codeSpan(value)}`;
  const fence = codeFence(value.split('\n'), '');
  return `- ${label}:\n\n${fence.replace(/^/gm, '  ')}\n`;
}

export function sectionsFacts({ sections, causes }: DifferencesView, context: ReportContext): string[] {
  return [
    `- sections: ${sections.map(({ section, likeness }) => `${section} ${likeness}`).join(', ')}`,
    ...causes.map(
      ({ title, page, count }) =>
        `- cause of ${count}: ${title}, ${markdownLink(page, pageAddress(context, page))}`,
    ),
  ];
}

export function differencesText({ groups, total, cut, consequences, sbom }: DifferencesView): string[] {
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
export function groupMarkdown(group: GroupView): string {
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
