/** Lines of a text report: labels, values, and their wrapping on a terminal. */
import type { ReportContext } from './report-context.ts';
import type { Style } from './style.ts';

/** The page on which a text report is shown. */
export interface Page {
  readonly style: Style;
  /** Width of the terminal; lines are not broken where undefined. */
  readonly columns?: number | undefined;
  /** What is said of the program; as the program itself says it where undefined. */
  readonly context?: ReportContext;
}

export type Paint = (text: string) => string;

const valueColumn = 14;

/** A label and its value; further lines of the value have the same indentation. */
export function row(label: string, value: string, page?: Page, paint: Paint = same): string {
  return block(
    label,
    value.split('\n').map((text) => ({ text, paint })),
    page,
  );
}

/** A label and lines, each painted by itself. */
export function block(
  label: string,
  lines: readonly { readonly text: string; readonly paint: Paint }[],
  page?: Page,
): string {
  const width = page?.columns === undefined ? undefined : page.columns - valueColumn;
  const shown = lines.flatMap(({ text, paint }) => wrap(text, width).map((line) => paint(line)));
  return `  ${label.padEnd(11)} ${shown.join(`\n${' '.repeat(valueColumn)}`)}`;
}

export function same(text: string): string {
  return text;
}

const longestValue = 400;

/** A value; a long one is cut and ends with its length. */
export function shorten(text: string): string {
  return text.length <= longestValue ? text : `${text.slice(0, longestValue)}… (${text.length} characters)`;
}

/** Breaks a line between words, further lines indented a little more; a word that is longer than a line is broken. */
export function wrap(line: string, width: number | undefined): string[] {
  if (width === undefined || width < 20 || line.length <= width) return [line];
  const own = /^ */.exec(line)![0].slice(0, width - 10);
  const indent = `${own}  `;
  const lines: string[] = [];
  let current = '';
  for (const word of line.trimStart().split(' ')) {
    let rest = word;
    const prefix = () => (lines.length === 0 ? own : indent);
    if (current !== '' && current.length + 1 + rest.length <= width) {
      current = `${current} ${rest}`;
      continue;
    }
    if (current !== '') lines.push(current);
    while (prefix().length + rest.length > width) {
      const room = width - prefix().length;
      lines.push(prefix() + rest.slice(0, room));
      rest = rest.slice(room);
    }
    current = prefix() + rest;
  }
  return [...lines, current];
}
