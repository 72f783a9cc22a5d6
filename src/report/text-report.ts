/** A run as text for people: the verdict first, then why, then what differs, then what to do. */

import { counted } from '../bytes.ts';
import { addAll } from '../lists.ts';
import type { StatedPackage, StatedRun } from '../verdict/stated.ts';
import { moreInJson, show } from './bounds.ts';
import { comparisonRows, factRow, textBounds } from './diff-text.ts';
import type { Fact } from './fact.ts';
import { pageAddress, type ReportContext, reportsPage, writerText } from './report-context.ts';
import { type Page, type Paint, row, wrap } from './rows.ts';
import { SaidFacts, withLabels } from './said-facts.ts';
import { plainStyle, type Style } from './style.ts';
import { type SummaryView, viewSummary } from './summary-view.ts';
import { secondsText, type Timings, timingHeads, timingRows } from './timings.ts';
import { type PackageView, packageViewer, weakening } from './view.ts';
import { withReason } from './words.ts';
import { worstPackages } from './worst-packages.ts';

/**
 * The whole run; it ends with a newline. With `columns`, lines are wrapped for a terminal of that width. What
 * several packages share is said once, and more than three that are reproduced have a line each, unless the `detail` of the context is `verbose`.
 */
export function renderText(
  result: StatedRun,
  style: Style = plainStyle,
  columns?: number,
  context: ReportContext = {},
): string {
  const writer = textWriter(style, columns, context);
  return [...result.packages.map(writer.add), writer.end(result)].join('');
}

/** A report that is written as packages come. All pieces together are the whole. */
export interface ReportWriter {
  readonly add: (result: StatedPackage) => string;
  /** What is said of all packages, and how long they took where that is asked for. */
  readonly end: (run: StatedRun, timings?: Timings) => string;
}

/** The packages that are reproduced and shown with everything; further ones have a line each. */
const mostInFull = 3;

export function textWriter(
  style: Style = plainStyle,
  columns?: number,
  context: ReportContext = {},
): ReportWriter {
  const { detail = 'usual' } = context;
  const page = { style, columns, context };
  const view = packageViewer(textBounds);
  const said = new SaidFacts();
  let reproduced = 0;
  let before: 'nothing' | 'line' | 'block' = 'nothing';
  const add = (text: string, kind: 'line' | 'block') => {
    const isApart = before !== 'nothing' && (kind === 'block' || before === 'block');
    before = kind;
    return `${isApart ? '\n' : ''}${text}\n`;
  };
  return {
    add(result) {
      const shown = view(result);
      if (detail === 'verbose') return add(packageText(shown, page), 'block');
      if (detail === 'quiet') return add(quietText(shown, page), 'line');
      if (shown.verdict === 'reproduced') reproduced += 1;
      if (shown.verdict !== 'reproduced' || reproduced <= mostInFull)
        return add(packageText(withoutSaid(shown, said), page), 'block');
      return add(lineText(shown, said, page), 'line');
    },
    end(run, timings = context.timings) {
      const summary = viewSummary(run, textBounds);
      const worst = detail === 'quiet' ? [] : worstRows(run, page);
      const isSummed = worst.length > 0 || run.packages.length > 1 || summary.notes.length > 0;
      const lines = [
        ...worst,
        ...(isSummed ? [summaryText(summary, page)] : []),
        ...(timings === undefined ? [] : [...(isSummed ? [''] : []), ...timingLines(run, timings)]),
        ...(detail === 'quiet' ? [] : [writerLine(run, page)]),
      ];
      if (lines.length > 0) return add(lines.join('\n'), 'block');
      return before === 'nothing' ? '\n' : '';
    },
  };
}

/** What is said of each package, even where it is the same. */
const ofEach: ReadonlySet<string> = new Set(['sbom', 'plan']);

/** The view of a package in which what was said of earlier ones is named by its label. */
function withoutSaid(view: PackageView, said: SaidFacts): PackageView {
  const own = view.context.filter(({ label }) => ofEach.has(label));
  const { fresh, above, isWeakening } = said.tell(view.context.filter(({ label }) => !ofEach.has(label)));
  if (above.length === 0) return view;
  const fact: Fact = { label: 'as above', value: above.join(', '), ...(isWeakening ? { tone: 'warn' } : {}) };
  return { ...view, context: [...own, ...fresh, fact] };
}

/** What is of one package alone, and what the first three have shown: a line says nothing of it unless it weakens the verdict. */
const unsaid: ReadonlySet<string> = new Set([
  'bytes',
  'signature',
  'sbom',
  'builder',
  'tried',
  'taken over',
  'recipe',
  'plan',
  'remark',
]);

/** A package that is reproduced in one line, with rows only for what is said of no earlier one. */
function lineText(view: PackageView, said: SaidFacts, page: Page): string {
  const telling = withLabels([...view.grounds, ...view.context])
    .filter(({ label, fact: { tone } }) => tone === 'warn' || !unsaid.has(label))
    .map(({ label, fact }) => ({ ...fact, label }));
  const { fresh, above, isWeakening } = said.tell(telling);
  const title = titleWith(view, 'as above', above, page, page.style[isWeakening ? 'warn' : 'faint']);
  return [title, ...fresh.map((fact) => factRow(fact, page))].join('\n');
}

/** A package in a line that says by their labels what weakens that it is reproduced. */
function quietText(view: PackageView, page: Page): string {
  if (view.verdict !== 'reproduced') return titleText(view, page);
  const labels = weakening(
    withLabels([...view.grounds, ...view.context]).map(({ label, fact }) => ({ ...fact, label })),
  );
  return titleWith(view, 'but see', [...new Set(labels.map(({ label }) => label))], page, page.style.warn);
}

/** The title, with labels of facts behind it where there is room, else below it. */
function titleWith(
  view: PackageView,
  what: string,
  labels: readonly string[],
  page: Page,
  paint: Paint,
): string {
  const title = titleText(view, page);
  if (labels.length === 0) return title;
  const tail = `  ${what}: ${labels.join(', ')}`;
  const width = view.title.length + 2 + view.file.length + tail.length;
  const fits = page.columns === undefined || width <= page.columns;
  return fits ? `${title}${paint(tail)}` : `${title}\n${row(what, labels.join(', '), page, paint)}`;
}

/** The fewest packages of a run of which those that need a look are listed again, and the most that are. */
const listedFrom = 4;
const mostListed = 50;

/** What is not reproduced, worst first; an empty line follows. */
function worstRows({ packages }: StatedRun, { style, columns }: Page): string[] {
  const worst = packages.length < listedFrom ? [] : worstPackages(packages, textBounds);
  if (worst.length === 0) return [];
  const cut = worst.length - mostListed;
  const lines = worst.slice(0, mostListed).map(({ title, tone, file }) => {
    const fits = columns === undefined || title.length + file.length + 4 <= columns;
    return `  ${style[tone](title)}${fits ? '  ' : '\n    '}${file}`;
  });
  const more = cut > 0 ? [`  … and ${cut} more; ${moreInJson}`] : [];
  return [style.strong('not reproduced, worst first'), ...lines, ...more, ''];
}

/** Seconds in columns, the file last: it may be long. */
function timingLines({ packages }: StatedRun, timings: Timings): string[] {
  const cells = (texts: readonly string[]) => texts.map((text) => text.padStart(9)).join('');
  const rows = timingRows(timings).map(
    (row, at) => `${cells(row)}  ${show(packages[at]?.file ?? '', textBounds.value)}`,
  );
  return [`${cells(timingHeads)}  seconds, ${secondsText(timings.seconds)} in all`, ...rows, ''];
}

/** Which program says all this, and where its words are explained. */
function writerLine({ runs }: StatedRun, { style, columns, context = {} }: Page): string {
  const lines = wrap(`${writerText(context, runs)}: ${pageAddress(context, reportsPage)}`, columns);
  return lines.map((line) => style.faint(line)).join('\n');
}

function summaryText({ total: all, counts, notes }: SummaryView, { style, columns }: Page): string {
  const total = counted(all, 'package');
  const each = counts.map(({ count, title }) => `${count} ${title}`).join(', ');
  const [first = '', ...rest] = wrap(`${total}: ${each}`, columns);
  const checks = notes.flatMap((each) => wrap(each, columns));
  return [`${style.strong(total)}${first.slice(total.length)}`, ...rest, ...checks].join('\n');
}

/** One package; without a newline at its end. */
export function packageText(view: PackageView, page: Page = { style: plainStyle }): string {
  const lines = [
    titleText(view, page),
    ...(view.name === undefined ? [] : [row('package', view.name, page)]),
  ];
  addAll(
    lines,
    view.grounds.map((fact) => factRow(fact, page)),
  );
  if (view.comparison !== undefined) addAll(lines, comparisonRows(view.comparison, page));
  addAll(
    lines,
    view.context.map((fact) => factRow(fact, page)),
  );
  if (view.next !== undefined)
    lines.push(row('next', view.next, page), row('about', pageAddress(page.context ?? {}, view.docs), page));
  return lines.join('\n');
}

function titleText({ title, tone, reason, file }: PackageView, { style, columns }: Page): string {
  const verdict = withReason(title, reason);
  const painted = `${style[tone](title)}${verdict.slice(title.length)}`;
  const fits = columns === undefined || verdict.length + 2 + file.length <= columns;
  return `${painted}${fits ? '  ' : '\n  '}${style.strong(file)}`;
}
