/** What the text of steps says of how a file came to be. */
import type { Evidence } from './evidence.ts';

/** Lines of the steps; lines that end with a backslash are one with the next. */
export function stepLines({ steps }: Pick<Evidence, 'steps'>): string[] {
  return steps.flatMap((text) => text.replaceAll('\\\n', ' ').split('\n'));
}

/**
 * The first line of the steps that a pattern fits: one that names the file first, and whether it does. A file is named by
 * its last component, which is rarely that of another.
 */
export function stepThat(
  evidence: Pick<Evidence, 'steps' | 'difference'>,
  pattern: RegExp,
): { readonly line: string; readonly namesFile: boolean } | undefined {
  const fitting = stepLines(evidence).filter((line) => pattern.test(line));
  const naming = fitting.find((line) => namesFile(line, evidence.difference.path));
  const line = naming ?? fitting[0];
  return line === undefined ? undefined : { line: line.trim(), namesFile: naming !== undefined };
}

export function namesFile(line: string, path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return name !== '' && new RegExp(`(^|[\\s/"'=>])${escaped}($|[\\s"';)|&])`).test(line);
}
