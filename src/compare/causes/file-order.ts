/** The order in which a folder lists its entries, where a step takes it as it comes. */
import { type Detector, orderFinding } from './evidence.ts';
import { stepThat } from './steps.ts';

/** What lists without sorting: `ls -U`, `find`, readdir, archivers over a folder. */
const listings =
  /\bls\s+-[a-zA-Z]*[Uf]|\bfind\s+(?!.*\|\s*(LC_ALL=C\s+)?sort)|\breaddir\b|\bos\.(listdir|scandir|walk)\b|\bopendir\b|\btar\s+(?!.*--sort)-?[a-zA-Z]*c|\bzip\s+-[a-zA-Z]*r/;

export const fileOrder: Detector = {
  kind: 'file-order',
  detect: (evidence) => {
    const step = stepThat(evidence, listings);
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
