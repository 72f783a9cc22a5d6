/** The order in which a folder lists its entries, where a step uses it unsorted. */
import { decodeBytes } from '../../bytes.ts';
import type { FormatName } from '../../compare/part.ts';
import {
  type Detector,
  type Evidence,
  type Finding,
  isSettled,
  isUnstable,
  orderFinding,
  type Reordering,
} from './evidence.ts';
import { stepThat } from './step-texts.ts';

const listings =
  /\bls\s+-[a-zA-Z]*[Uf]|\breaddir\b|\bos\.(listdir|scandir|walk)\b|\bopendir\b|\bzip\s+-[a-zA-Z]*r/;

/** Whether a line lists without sorting: `ls -U`, `find`, readdir, archivers over a folder. */
function listsUnsorted(line: string): boolean {
  if (listings.test(line)) return true;
  if (/\bfind\s/.test(behindLast(line, /\|\s*(?:LC_ALL=C\s+)?sort/g))) return true;
  return /\btar\s+-?[a-zA-Z]*c/.test(behindLast(line, /--sort/g));
}

function behindLast(line: string, pattern: RegExp): string {
  return line.slice([...line.matchAll(pattern)].at(-1)?.index ?? 0);
}

/** Findings for lists of files, where no step says how they were made and our own builds do not show that the list is stable. */
function listsOfFiles(evidence: Evidence): Finding[] {
  // A folder on one file system lists alike in each of our builds.
  if (isSettled(evidence) || isUnstable(evidence)) return [];
  const why =
    'these are files, in the order in which something listed them: `--vary directory-order` and `--vary hash-seed` show whether a folder or a hash table gives it';
  return evidence.reorderings
    .filter(({ of, published, format }) =>
      of === 'members' ? archives.has(format) : of === 'lines' && namesFiles(published),
    )
    .filter((reordering) => !isOneMove(reordering, reordering.of === 'lines' ? evidence.rebuilt : undefined))
    .map((reordering) => orderFinding(reordering, 'possible', why));
}

/** Formats whose members are files, in the order in which something listed them. */
const archives: ReadonlySet<FormatName | undefined> = new Set(['tar', 'zip', 'ar', 'cpio']);

/**
 * Whether one line of a longer list stands elsewhere and all others as before: somebody moved it. Orders of five and more that something listed
 * hardly ever differ by so little.
 */
function isOneMove({ published, rebuilt }: Reordering, content: Uint8Array | undefined): boolean {
  const all = content === undefined ? rebuilt.length : decodeBytes(content).trimEnd().split('\n').length;
  if (Math.max(all, rebuilt.length) < fewestInOrder) return false;
  // Only the lines between those that agree are here.
  const isShift = (a: readonly string[], b: readonly string[]) =>
    b.length === a.length && a.every((line, at) => line === b[(at + 1) % b.length]);
  return isShift(published, rebuilt) || isShift(rebuilt, published);
}

const fewestInOrder = 5;
const mostLines = 1000;

/** Whether nearly all lines begin with the name of a file, or are entries of the directory of info pages. */
function namesFiles(all: readonly string[]): boolean {
  const lines = all.slice(0, mostLines).filter((line) => line.trim() !== '');
  const naming = lines.filter((line) => fileAtStart.test(line) || infoEntry.test(line));
  return lines.length > 1 && naming.length >= lines.length * 0.8;
}

const fileAtStart = /^\W{0,8}(?:[\w.+@~-]{0,200}\/[^\s]|[\w.+@~-]{1,200}\.[A-Za-z][A-Za-z0-9]{0,7}(?![\w.]))/;
/** `* name: (file).  What it is.` (Texinfo, the directory file). */
const infoEntry = /^\* [^:\n]{1,200}: \([^)\n]{1,200}\)/;

export const fileOrder: Detector = {
  kind: 'file-order',
  detect: (evidence) => {
    const step = stepThat(evidence, listsUnsorted);
    if (step === undefined) return listsOfFiles(evidence);
    return evidence.reorderings
      .filter(({ of }) => of === 'lines' || of === 'words' || of === 'members' || of === 'items')
      .flatMap((reordering) => {
        if (!step.namesFile && reordering.of !== 'members') return [];
        const why = `a step lists a folder without sorting: ${step.line.slice(0, 160)}`;
        return [orderFinding(reordering, 'likely', why)];
      });
  },
};
