/** A run as text for people: the verdict first, then why, then what differs, then what to do. */

import { counted } from '../bytes.ts';
import { addAll } from '../lists.ts';
import type { StatedPackage, StatedRun } from '../verdict/stated.ts';
import { comparisonRows, factRow, textBounds } from './diff-text.ts';
import { type Page, row, wrap } from './rows.ts';
import { plainStyle, type Style } from './style.ts';
import { type SummaryView, viewSummary } from './summary-view.ts';
import { type PackageView, packageViewer } from './view.ts';
import { withReason } from './words.ts';

/** The whole run; it ends with a newline. With `columns`, lines are wrapped for a terminal of that width. */
export function renderText(result: StatedRun, style: Style = plainStyle, columns?: number): string {
  const writer = textWriter(style, columns);
  return [...result.packages.map(writer.add), writer.end(result)].join('');
}

/** A report that is written as packages come. All pieces together are the whole. */
export interface ReportWriter {
  readonly add: (result: StatedPackage) => string;
  /** What is said of all packages. */
  readonly end: (run: StatedRun) => string;
}

export function textWriter(style: Style = plainStyle, columns?: number): ReportWriter {
  const page = { style, columns };
  const view = packageViewer(textBounds);
  let isFirst = true;
  const block = (text: string) => {
    const separator = isFirst ? '' : '\n';
    isFirst = false;
    return `${separator}${text}\n`;
  };
  return {
    add: (result) => block(packageText(view(result), page)),
    end(run) {
      const summary = viewSummary(run, textBounds);
      if (run.packages.length > 1 || summary.notes.length > 0) return block(summaryText(summary, page));
      return isFirst ? '\n' : '';
    },
  };
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
  const lines = [titleText(view, page)];
  addAll(
    lines,
    view.grounds.map((fact) => factRow(fact, page)),
  );
  if (view.comparison !== undefined) addAll(lines, comparisonRows(view.comparison, page));
  addAll(
    lines,
    view.context.map((fact) => factRow(fact, page)),
  );
  if (view.next !== undefined) lines.push(row('next', view.next, page), row('about', view.docs, page));
  return lines.join('\n');
}

function titleText({ title, tone, reason, file }: PackageView, { style, columns }: Page): string {
  const verdict = withReason(title, reason);
  const painted = `${style[tone](title)}${verdict.slice(title.length)}`;
  const fits = columns === undefined || verdict.length + 2 + file.length <= columns;
  return `${painted}${fits ? '  ' : '\n  '}${style.strong(file)}`;
}
