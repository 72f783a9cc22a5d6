/** Two folders or plain files compared, as text and as JSON. */
import type { TreeComparison } from '../compare/trees.ts';
import { Budget } from './bounds.ts';
import { viewDifference } from './differences.ts';
import { renderValue } from './json.ts';
import { block, same } from './rows.ts';
import { plainStyle, type Style } from './style.ts';
import { textBounds } from './text.ts';
import { differenceLines } from './tree.ts';

/** Ends with a newline. */
export function renderTreesText(
  { likeness, differences }: TreeComparison,
  style: Style = plainStyle,
  columns?: number,
): string {
  if (likeness === 'identical') return `${style.good('identical')}\n`;
  const budget = new Budget(textBounds);
  budget.beginPackage();
  const lines: { text: string; paint: (text: string) => string }[] = [];
  let shown = 0;
  for (const difference of differences) {
    if (!budget.takeDifference()) break;
    shown += 1;
    for (const { text, depth, side } of differenceLines(viewDifference(difference, budget))) {
      const paint = side === 'published' ? style.bad : side === 'rebuilt' ? style.good : same;
      lines.push({ text: `${'  '.repeat(depth)}${text}`, paint });
    }
  }
  const cut = differences.length - shown;
  if (cut > 0) lines.push({ text: `… and ${cut} more; --format json has all`, paint: same });
  return `${style.bad('different')}\n${block('differs', lines, { style, columns })}\n`;
}

/** Ends with a newline. */
export function renderTreesJson({ likeness, differences }: TreeComparison): string {
  const equal = likeness === 'identical';
  return renderValue({ schema: 'wolfi-repro/tree-comparison/1', equal, differences });
}
