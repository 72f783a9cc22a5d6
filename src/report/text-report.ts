/** A run as text for people: the verdict first, then why, then what differs, then what to do. */

import { counted } from '../bytes.ts';
import { addAll } from '../lists.ts';
import type { StatedRun } from '../verdict/stated.ts';
import { comparisonRows, factRow, textBounds } from './diff-text.ts';
import { type Page, row, wrap } from './rows.ts';
import { plainStyle, type Style } from './style.ts';
import { type PackageView, type ReportView, viewRun } from './view.ts';

/** The whole run; it ends with a newline. With `columns`, lines are wrapped for a terminal of that width. */
export function renderText(result: StatedRun, style: Style = plainStyle, columns?: number): string {
  const view = viewRun(result, textBounds);
  const page = { style, columns };
  const blocks = view.packages.map((each) => packageText(each, page));
  if (view.packages.length > 1 || view.notes.length > 0) blocks.push(summaryText(view, page));
  return `${blocks.join('\n\n')}\n`;
}

function summaryText({ packages, counts, notes }: ReportView, { style, columns }: Page): string {
  const total = counted(packages.length, 'package');
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
  const verdict = `${title}${reason === undefined ? '' : ` (${reason})`}`;
  const painted = `${style[tone](title)}${verdict.slice(title.length)}`;
  const fits = columns === undefined || verdict.length + 2 + file.length <= columns;
  return `${painted}${fits ? '  ' : '\n  '}${style.strong(file)}`;
}
