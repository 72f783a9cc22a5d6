/** What the text of steps shows about how a file was made. */
import { baseName } from '../../bytes.ts';
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

/** The first line that passes a test in a step that names the file or its folder, which is how a step is known to make the file. */
export function lineOfMaker(
  { steps, difference }: Pick<Evidence, 'steps' | 'difference'>,
  test: LineTest,
): string | undefined {
  const passing = stepsWith(steps, test);
  if (passing.length === 0) return undefined;
  const file = baseName(difference.path);
  const folder = difference.path.slice(0, Math.max(0, difference.path.length - file.length - 1));
  const maker = passing.find(
    ({ text, names }) => names.has(file) || (isTelling(folder) && text.includes(folder)),
  );
  return maker?.line.trim();
}

/** A folder that many packages have is named by steps that have nothing to do with a file in it. */
function isTelling(folder: string): boolean {
  return folder.split('/').length > 2;
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

interface PassingStep {
  readonly text: string;
  /** Of files that any of its lines names. */
  readonly names: ReadonlySet<string>;
  /** The first of its lines that passes. */
  readonly line: string;
}

/** The steps with a line that passes a test. */
const stepsWith: (steps: Steps, test: LineTest) => readonly PassingStep[] = (() => {
  const ofSteps = onceFor((steps: Steps) =>
    onceFor((test: LineTest) =>
      steps.flatMap((text): PassingStep[] => {
        const lines = stepLines([text]);
        const line = lines.find(test);
        return line === undefined
          ? []
          : [{ text, line, names: new Set(lines.flatMap((each) => [...namesIn(each)])) }];
      }),
    ),
  );
  return (steps, test) => ofSteps(steps)(test);
})();

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
