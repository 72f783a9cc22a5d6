/** Finds what can be done about the causes that were named: advice, and the lines of the recipe where the step is known. */
import { baseName } from '../../bytes.ts';
import type { CauseKind } from '../../compare/cause.ts';
import type { Difference } from '../../compare/difference.ts';
import { namesIn } from '../causes/step-texts.ts';
import { fixRules } from './fix-rules.ts';
import type { Fix, LineChange, StepText } from './fixes.ts';
import { recipePatch } from './recipe-patch.ts';
import { linesOfCommands } from './shell-edits.ts';

/** Bounds on the files whose steps are looked for, on the steps and on the changes of one cause. */
const most = { files: 200, steps: 1000, changes: 20 } as const;

/**
 * What can be done. A line is changed only where it makes a file that has the cause: it names the file, or it stands in a step that does.
 * @param recipe the text of the recipe, for the patch
 */
export function findFixes(
  differences: readonly Difference[],
  steps: readonly StepText[],
  recipe: string | undefined,
): { readonly fixes: readonly Fix[]; readonly patch?: string } {
  const files = filesByCause(differences);
  const named = steps.slice(0, most.steps).map(withNames);
  const fixes = [...files]
    .sort(([, a], [, b]) => b.count - a.count)
    .flatMap(([cause, { names }]): Fix[] => {
      const rule = fixRules[cause];
      if (rule === undefined) return [];
      const { advice, edit } = rule;
      return [{ cause, advice, changes: edit === undefined ? [] : changesOf(named, names, edit) }];
    });
  const changes = joined(fixes.flatMap((fix) => fix.changes));
  const patch =
    recipe === undefined || changes.length === 0 ? undefined : recipePatch(recipe, steps, changes);
  return { fixes, ...(patch === undefined ? {} : { patch }) };
}

/** Changes of one line each; of two that change the same line, the first. */
export function joined(changes: readonly LineChange[]): readonly LineChange[] {
  const byLine = new Map<string, LineChange>();
  for (const change of changes) {
    const key = JSON.stringify([change.package, change.position, change.line]);
    if (!byLine.has(key)) byLine.set(key, change);
  }
  return [...byLine.values()];
}

function filesByCause(differences: readonly Difference[]) {
  const files = new Map<CauseKind, { count: number; names: Set<string> }>();
  for (const { path, causes = [] } of differences) {
    for (const kind of new Set(causes.map((cause) => cause.kind))) {
      const found = files.get(kind) ?? { count: 0, names: new Set<string>() };
      found.count += 1;
      if (found.names.size < most.files) for (const name of namesOf(path)) found.names.add(name);
      files.set(kind, found);
    }
  }
  return files;
}

interface NamedStep extends StepText {
  readonly lines: readonly {
    readonly text: string;
    readonly names: ReadonlySet<string>;
    readonly own: boolean;
  }[];
}

function withNames(placed: StepText): NamedStep {
  const texts = placed.runs.split('\n');
  const own = linesOfCommands(texts);
  const lines = texts.map((text, at) => ({ text, names: namesIn(text), own: own[at]! }));
  return { ...placed, lines };
}

function changesOf(
  steps: readonly NamedStep[],
  files: ReadonlySet<string>,
  edit: (line: string) => string | undefined,
): readonly LineChange[] {
  const changes = steps.flatMap((step) => {
    const naming = step.lines.map(({ names }) => [...names].some((name) => files.has(name)));
    if (!naming.includes(true)) return [];
    const possible = step.lines.flatMap(({ text, own }, at) => {
      const becomes = own ? edit(text) : undefined;
      return becomes === undefined ? [] : [{ at, change: changeOf(step, at, text, becomes) }];
    });
    const exact = possible.filter(({ at }) => naming[at]);
    return (exact.length > 0 ? exact : possible).map(({ change }) => change);
  });
  return changes.slice(0, most.changes);
}

/** The names under which a step may make a file: its own, that of what was compressed, that of the source of byte code (PEP 3147). */
function namesOf(path: string): readonly string[] {
  const name = baseName(path);
  const others = [
    name.replace(/\.(?:gz|xz|bz2|zst)$/, ''),
    name.replace(/(?:\.[a-z]+-\d+(?:\.opt-\d)?)?\.pyc$/, '.py'),
  ];
  return [...new Set([name, ...others])];
}

function changeOf({ package: of, position }: StepText, at: number, was: string, becomes: string): LineChange {
  return { package: of, position, line: at + 1, was, becomes };
}
