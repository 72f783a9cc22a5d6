/** A file that lay beside the recipe and is recorded nowhere: steps look whether it is there. */
import type { Detector, Evidence } from './evidence.ts';
import { namesFile, stepLines } from './steps.ts';

export const hiddenInput: Detector = {
  kind: 'hidden-input',
  detect: (evidence) => {
    const { difference, plan, changes, reorderings, ranges } = evidence;
    const kinds = ['content', 'missing-entry', 'extra-entry'];
    if (plan === undefined || difference.section !== 'data' || !kinds.includes(difference.kind)) return [];
    const open = [...changes, ...reorderings, ...ranges];
    const found = open.length === 0 ? undefined : testedFile(evidence);
    if (found === undefined) return [];
    return [
      {
        confidence: 'likely',
        place: difference.path,
        published: undefined,
        rebuilt: undefined,
        why: `a step asks whether ${found.file} is there, which no step makes and no source brings: ${found.line.slice(0, 200)}`,
        explains: open,
      },
    ];
  },
};

/** `[ -f name ]`, `test -e name`: of a name in the workspace, in a line that names the file that differs. */
const tests = /(?:\[|\btest)\s+(?:!\s+)?-[efrsd]\s+["']?([^\s"'\]$*?/][^\s"'\]$*?]*)["']?/g;

function testedFile(evidence: Evidence): { file: string; line: string } | undefined {
  const lines = stepLines(evidence);
  const given = new Set(evidence.plan?.recipeFiles.map(({ path }) => path));
  for (const [index, line] of lines.entries()) {
    if (!blockAt(lines, index).some((each) => namesFile(each, evidence.difference.path))) continue;
    for (const match of line.matchAll(tests)) {
      const file = match[1]!.replace(/^\.\//, '');
      if (!given.has(file) && !lines.some((each) => makes(each, file))) return { file, line: line.trim() };
    }
  }
  return undefined;
}

const longestBlock = 40;

/** A line, and where it begins an `if`, the lines to its `fi`. */
function blockAt(lines: readonly string[], index: number): readonly string[] {
  if (!/^\s*(if|elif)\b/.test(lines[index]!) || /\bfi\b/.test(lines[index]!)) return [lines[index]!];
  const rest = lines.slice(index, index + longestBlock);
  let depth = 0;
  const end = rest.findIndex((line) => {
    depth += (line.match(/^\s*if\b/g) ?? []).length - (line.match(/^\s*fi\b/g) ?? []).length;
    return depth === 0;
  });
  return end < 0 ? [lines[index]!] : rest.slice(0, end + 1);
}

/** Whether a line may be where a file comes from: written, copied or moved to; anything that unpacks, fetches or generates. */
function makes(line: string, file: string): boolean {
  const name = file.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return (
    new RegExp(`>+\\s*["']?(\\./)?${name}($|[\\s"';])`).test(line) ||
    new RegExp(`\\b(touch|tee|ln)\\b.*\\s["']?(\\./)?${name}($|[\\s"';])`).test(line) ||
    /(^|[|;&(]|\b(?:do|then|else))\s*(curl|wget|git|tar|unzip|bsdtar|cpio|patch|make|ninja|cmake|\.\/configure|python[\d.]*|perl)\b/.test(
      line,
    ) ||
    new RegExp(`\\b(cp|mv|install)\\b.*\\s["']?(\\./)?${name}["']?\\s*($|[;&|])`).test(line)
  );
}
