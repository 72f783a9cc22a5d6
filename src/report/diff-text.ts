/** What differs, as text for people: apart from the text of runs, which needs far more to be loaded. */
import { type Bounds, moreInJson } from './bounds.ts';
import { countsText, type DiffView, viewDiffs } from './diff-view.ts';
import type { ComparisonView, DifferencesView } from './differences-view.ts';
import type { Fact } from './fact.ts';
import { pageAddress, type ReportContext, reportsPage, writerText } from './report-context.ts';
import { block, type Page, type Paint, row, same } from './rows.ts';
import type { StatedDiff } from './stated-diff.ts';
import { plainStyle, type Style } from './style.ts';
import type { Tone } from './summary-view.ts';
import { consequenceText, groupLines, shortDigests, type TreeLine } from './tree-lines.ts';
import { withReason } from './words.ts';

export const textBounds: Bounds = {
  value: 400,
  outputLines: 12,
  differences: 40,
  allDifferences: 2000,
  members: 0,
  lines: 20,
  packageLines: 120,
  allLines: 4000,
  characters: 2_000_000,
};

/** A fact as a row. */
export function factRow({ label, value, tone }: Fact, page: Page): string {
  return row(label, value, page, paintOf(tone, page.style));
}

function paintOf(tone: Tone | Fact['tone'], style: Style): Paint | undefined {
  return tone === undefined ? undefined : style[tone];
}

/** Two packages that differ, without their titles. */
export function comparisonRows(view: ComparisonView, page: Page): string[] {
  const { published, rebuilt } = view;
  return [row('published', published, page), row('rebuilt', rebuilt, page), ...differencesRows(view, page)];
}

function differencesRows(view: DifferencesView, page: Page): string[] {
  const { sections, causes, consequences, sbom } = view;
  return [
    row('sections', sections.map(({ section, likeness }) => `${section} ${likeness}`).join(', '), page),
    ...(causes.length === 0 ? [] : [row('causes', causes.map(causeText).join('\n'), page)]),
    ...(view.total === 0 ? [] : [block('differs', treeLines(view, page), page)]),
    ...(consequences.length === 0
      ? []
      : [row('follows', consequences.map(consequenceText).join('\n'), page)]),
    ...(sbom.length === 0 ? [] : [row('in the SBOM', sbom.join('\n'), page)]),
  ];
}

function causeText({ title, page, count }: ComparisonView['causes'][number]): string {
  return `${title}${count === 1 ? '' : ` (${count})`}: ${page}`;
}

/** A terminal has no room for two digests in a line; reports in files have them whole. */
function treeLines({ groups, cut }: DifferencesView, { style, columns }: Page): PaintedLine[] {
  const lines = groups.flatMap(groupLines).map(({ text, depth, side }) => ({
    text: `${'  '.repeat(depth)}${columns === undefined ? text : shortDigests(text)}`,
    paint: sidePaint(side, style),
  }));
  return cut === 0 ? lines : [...lines, { text: `… and ${cut} more; ${moreInJson}`, paint: same }];
}

interface PaintedLine {
  readonly text: string;
  readonly paint: Paint;
}

function sidePaint(side: TreeLine['side'], style: Style): Paint {
  if (side === 'published') return style.bad;
  if (side === 'rebuilt') return style.good;
  return side === 'both' ? style.faint : same;
}

/** Packages, folders or files compared by themselves; ends with a newline. Several comparisons are told apart by their sides. */
export function renderDiffText(
  results: readonly StatedDiff[],
  style: Style = plainStyle,
  columns?: number,
  context: ReportContext = {},
): string {
  const views = viewDiffs(results, textBounds);
  const page = { style, columns };
  const several = views.length === 1 ? [] : [`\n${countsText(views)}`];
  const blocks = views.map((view) => diffRows(view, page, several.length > 0).join('\n'));
  const lines = [
    blocks.join('\n\n'),
    ...several,
    ...(context.detail === 'quiet'
      ? []
      : [style.faint(`\n${writerText(context)}: ${pageAddress(context, reportsPage)}`)]),
  ];
  return `${lines.join('\n')}\n`;
}

/** The sides of one comparison without the foot, as text; what stands inside of other formats. */
export function diffText(view: DiffView): string {
  return `${diffRows(view, { style: plainStyle, columns: undefined }, false).join('\n')}\n`;
}

function diffRows(view: DiffView, page: Page, isNamed: boolean): string[] {
  const { title, tone, reason, names, facts, differences, sbom } = view;
  return [
    `${withReason(page.style[tone](title), reason)}${isNamed ? `  ${names.published} → ${names.rebuilt}` : ''}`,
    ...facts.map((fact) => factRow(fact, page)),
    ...(differences === undefined ? [] : differencesRows(differences, page)),
    ...(sbom === undefined ? [] : [row('sbom', sbom, page)]),
  ];
}
