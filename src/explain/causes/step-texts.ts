/** What the text of steps shows about how a file was made. */
import { largest } from '../../lists.ts';
import type { Evidence } from './evidence.ts';
import { onceFor } from './once.ts';

type Steps = Evidence['steps'];

/** A question that is asked of single lines of the steps. */
export type LineTest = (line: string) => boolean;

/** The lines of the steps; a line that ends with a backslash is joined with the next. */
export const stepLines: (steps: Steps) => readonly string[] = onceFor((steps) =>
  steps.flatMap((text) => text.replaceAll('\\\n', ' ').split('\n')),
);

/** The first line that passes a test. */
export function firstLine({ steps }: Pick<Evidence, 'steps'>, test: LineTest): string | undefined {
  return fitting(steps, test)[0];
}

/**
 * The first line of the steps that passes a test, preferring lines that name the file, and whether it does. A file is recognised by the last
 * component of its path, which is rarely that of a different file.
 */
export function stepThat(
  { steps, difference }: Pick<Evidence, 'steps' | 'difference'>,
  test: LineTest,
): { readonly line: string; readonly namesFile: boolean } | undefined {
  const naming = namedBy(steps, test).get(baseName(difference.path));
  const line = naming ?? fitting(steps, test)[0];
  return line === undefined ? undefined : { line: line.trim(), namesFile: naming !== undefined };
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Names of files that a line may name: its words, whole and behind their last slash, assignment or redirection. */
export function namesIn(line: string): Set<string> {
  const names = new Set<string>();
  for (const word of line.split(/[\s"';)|&]/)) {
    names.add(word).add(baseName(word));
    names.add(
      word.slice(
        largest(
          ['/', '=', '>'].map((mark) => word.lastIndexOf(mark)),
          -1,
        ) + 1,
      ),
    );
  }
  names.delete('');
  return names;
}

type Answers<Value> = (test: LineTest) => Value;

function answers<Value>(
  make: (lines: readonly string[], test: LineTest) => Value,
): (steps: Steps, test: LineTest) => Value {
  const ofSteps: (steps: Steps) => Answers<Value> = onceFor((steps) =>
    onceFor((test) => make(stepLines(steps), test)),
  );
  return (steps, test) => ofSteps(steps)(test);
}

const fitting = answers((lines, test) => lines.filter(test));

/** The first line that passes a test and names a file, by the name of the file. */
const namedBy = answers((lines, test) => {
  const found = new Map<string, string>();
  for (const line of lines.filter(test)) {
    for (const name of namesIn(line)) if (!found.has(name)) found.set(name, line);
  }
  return found;
});
