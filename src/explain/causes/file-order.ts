/** The order in which a folder lists its entries, where a step uses it unsorted. */
import { type Detector, orderFinding } from './evidence.ts';
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

export const fileOrder: Detector = {
  kind: 'file-order',
  detect: (evidence) => {
    const step = stepThat(evidence, listsUnsorted);
    if (step === undefined) return [];
    return evidence.reorderings
      .filter(({ of }) => of === 'lines' || of === 'words' || of === 'members' || of === 'items')
      .flatMap((reordering) => {
        if (!step.namesFile && reordering.of !== 'members') return [];
        const why = `a step lists a folder without sorting: ${step.line.slice(0, 160)}`;
        return [orderFinding(reordering, 'likely', why)];
      });
  },
};
