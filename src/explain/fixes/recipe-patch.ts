/** Changes of lines of steps as a unified diff of a recipe's text, which `patch` and `git apply` take. */
import { trimmedEnd } from '../../bytes.ts';
import type { LineChange, StepText } from './fixes.ts';

const contextLines = 3;
/** The name of the recipe inside a package. */
const file = '.melange.yaml';

/**
 * The patch; undefined where the text of a step does not stand line by line in the recipe, which is so where YAML writes it in quotes, or
 * where two steps have the same text.
 */
export function recipePatch(
  recipe: string,
  steps: readonly StepText[],
  changes: readonly LineChange[],
): string | undefined {
  const lines = recipe.split('\n');
  const edits = new Map<number, string>();
  for (const change of changes) {
    const step = steps.find((each) => each.package === change.package && each.position === change.position);
    const start = step === undefined ? undefined : placeOf(step.runs, lines);
    if (start === undefined) return undefined;
    const at = start.line + change.line - 1;
    edits.set(at, `${start.indent}${change.becomes}`);
  }
  return `--- a/${file}\n+++ b/${file}\n${hunks(lines, edits).join('')}`;
}

/** The line at which a step's text stands, with its indentation; undefined where it is not found exactly once. */
function placeOf(
  runs: string,
  lines: readonly string[],
): { readonly line: number; readonly indent: string } | undefined {
  const own = trimmedEnd(runs, '\n').split('\n');
  const first = own[0]!;
  const found = lines.flatMap((line, at) => {
    if (first === '' || !line.endsWith(first)) return [];
    const indent = line.slice(0, line.length - first.length);
    if (!/^ +$/.test(indent)) return [];
    const fits = own.every((text, index) => lines[at + index] === (text === '' ? '' : `${indent}${text}`));
    return fits ? [{ line: at, indent }] : [];
  });
  return found.length === 1 ? found[0] : undefined;
}

function hunks(lines: readonly string[], edits: ReadonlyMap<number, string>): string[] {
  const groups: number[][] = [];
  for (const at of [...edits.keys()].sort((a, b) => a - b)) {
    const last = groups.at(-1);
    if (last !== undefined && at - last.at(-1)! <= 2 * contextLines) last.push(at);
    else groups.push([at]);
  }
  // The text behind the last line break is not a line.
  const end = lines.at(-1) === '' ? lines.length - 1 : lines.length;
  return groups.map((group) => {
    const from = Math.max(0, group[0]! - contextLines);
    const to = Math.min(end, group.at(-1)! + contextLines + 1);
    const body = lines.slice(from, to).flatMap((line, index) => {
      const becomes = edits.get(from + index);
      return becomes === undefined ? [` ${line}`] : [`-${line}`, `+${becomes}`];
    });
    return `@@ -${from + 1},${to - from} +${from + 1},${to - from} @@\n${body.join('\n')}\n`;
  });
}
