/** A file that lay beside the recipe and is recorded nowhere: steps test whether it exists. */
import { baseName } from '../../bytes.ts';
import type { Plan } from '../../plan/plan.ts';
import {
  type ByteRange,
  type Change,
  type Detector,
  type Evidence,
  type Finding,
  isUnstable,
  type Reordering,
} from './evidence.ts';
import { onceFor } from './once.ts';
import { namesIn, stepLines } from './step-texts.ts';

export const hiddenInput: Detector = {
  kind: 'hidden-input',
  detect: (evidence) => {
    const { difference, plan, changes, reorderings, ranges } = evidence;
    const kinds = ['content', 'missing-entry', 'extra-entry'];
    if (isUnstable(evidence)) return [];
    if (plan === undefined || difference.section !== 'data' || !kinds.includes(difference.kind)) return [];
    const open = [...changes, ...reorderings, ...ranges];
    const found = open.length === 0 ? undefined : testedFile(evidence, plan.recipeFiles);
    if (found === undefined) return open.length === 0 ? [] : unrecorded(evidence, plan, open);
    return [
      {
        confidence: 'likely',
        place: difference.path,
        published: undefined,
        rebuilt: undefined,
        why: `a step tests whether ${found.file} exists, which no step makes and no source brings: ${found.line.slice(0, 200)}`,
        explains: open,
      },
    ];
  },
};

/** What only the published file has, while our own builds agree whatever is changed about them, comes from something that is not recorded. */
function unrecorded(
  evidence: Evidence,
  { recipeFiles }: Plan,
  open: readonly (Change | Reordering | ByteRange)[],
): Finding[] {
  const { difference, substituted, facts, stability } = evidence;
  if (stability(difference) !== 'stable' || substituted !== undefined || facts?.emulation !== undefined)
    return [];
  const named = recipeFiles.slice(0, mostNamed).map(({ path }) => path);
  const more = recipeFiles.length - named.length;
  const beside =
    named.length === 0
      ? 'the folder beside the recipe, if there was one'
      : `what lay beside the recipe (${named.join(' ')}${more > 0 ? ` and ${more} more` : ''})`;
  const { path, published, rebuilt } = difference;
  return [
    {
      confidence: 'possible',
      place: path,
      published,
      rebuilt,
      why: `our own builds agree and only the published file differs, so nothing that is recorded made it: ${beside}, the builder, or whoever changed the package`,
      explains: open,
    },
  ];
}

const mostNamed = 5;

interface Tested {
  readonly file: string;
  readonly line: string;
}

/** `[ -f name ]`, `test -e name`, for a name in the workspace. */
const tests = /(?:\[|\btest)\s+(?:!\s+)?-[efrsd]\s+["']?([^\s"'\]$*?/][^\s"'\]$*?]*)["']?/g;

/** The file for which a line tests that names the file that differs. */
function testedFile(
  { steps, difference }: Evidence,
  given: readonly { readonly path: string }[],
): Tested | undefined {
  const paths = new Set(given.map(({ path }) => path));
  return testsByName(steps)
    .get(baseName(difference.path))
    ?.find(({ file }) => !paths.has(file));
}

/** The most tests that are looked at around one name; a hidden input is tested for by few steps. */
const mostTests = 16;

/** The tests in lines that name a file, by its name, without tests for files that a step makes. */
const testsByName = onceFor((steps: Evidence['steps']): ReadonlyMap<string, readonly Tested[]> => {
  const lines = stepLines(steps);
  const found = new Map<string, Tested[]>();
  if (lines.some((line) => bringsAnything.test(line))) return found;
  const made = new Set(lines.flatMap(madeBy));
  for (const [index, line] of lines.entries()) {
    const tested = [...line.matchAll(tests)]
      .map((match) => ({ file: match[1]!.replace(/^\.\//, ''), line: line.trim() }))
      .filter(({ file }) => !made.has(file));
    if (tested.length === 0) continue;
    for (const name of new Set(blockAt(lines, index).flatMap((each) => [...namesIn(each)]))) {
      const known = found.get(name) ?? [];
      if (known.length < mostTests) found.set(name, known.concat(tested.slice(0, mostTests)));
    }
  }
  return found;
});

const longestBlock = 40;

/** A line, and where it begins an `if`, the lines up to its `fi`. */
function blockAt(lines: readonly string[], index: number): readonly string[] {
  if (!/^\s*(if|elif)\b/.test(lines[index]!) || /\bfi\b/.test(lines[index]!)) return [lines[index]!];
  const rest = lines.slice(index, index + longestBlock);
  let depth = 0;
  const end = rest.findIndex((line) => {
    depth += Number(/^\s*if\b/.test(line)) - Number(/^\s*fi\b/.test(line));
    return depth === 0;
  });
  return end < 0 ? [lines[index]!] : rest.slice(0, end + 1);
}

/** Programs that unpack, fetch or generate: any file may come from them. */
const bringsAnything =
  /(?:^|[|;&(]|\b(?:do|then|else))\s*(?:curl|wget|git|tar|unzip|bsdtar|cpio|patch|make|ninja|cmake|\.\/configure|python[\d.]*|perl)\b/;

/** Files that a line writes, copies or moves to. */
function madeBy(line: string): string[] {
  const written = line.split('>').slice(1).map(firstWord);
  const [plain, targets] = [/\b(touch|tee|ln)\b/.test(line), /\b(cp|mv|install)\b/.test(line)];
  const words = plain ? line.split(separators) : [];
  const last = targets ? line.split(/[;&|]/).map(lastWord) : [];
  return [...written, ...words, ...last].map((word) => word.replace(/^\.\//, ''));
}

const separators = /[\s"';]/;

function firstWord(text: string): string {
  return text.trimStart().replace(/^["']/, '').split(separators, 1)[0]!;
}

function lastWord(text: string): string {
  return text.trimEnd().replace(/["']$/, '').split(separators).at(-1)!;
}
