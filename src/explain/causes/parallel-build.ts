/** The order in which parallel jobs end. */
import { type Detector, isSettled, isUnstable, orderFinding } from './evidence.ts';
import { firstLine, lineOfMaker } from './step-texts.ts';

const atOnce = /(?:^|[^&>|])&\s*(?:$|done\b)|\bconcurrent\.futures\b|\bmultiprocessing\b/;

/** Whether a line starts jobs at the same time: make, ninja, xargs, cargo and others by their words, the shell by `&`. */
function runsJobs(line: string): boolean {
  return atOnce.test(line) || line.split(/[|;&(]/).some(isParallelCommand);
}

function isParallelCommand(command: string): boolean {
  const words = command.split(/\s+/).filter((word) => word !== '');
  const has = (...options: readonly string[]) =>
    words.some((word) => options.some((option) => word.startsWith(option)));
  if (words.includes('xargs') && has('-P', '--max-procs')) return true;
  const begins = words.findLastIndex((word) => /^(do|then|exec|env|else)$/.test(word)) + 1;
  const [program, argument] = words.slice(begins).filter((word) => !/^\w+=/.test(word));
  if (program === 'make' || program === 'gmake') return has('-j', '--jobs');
  if (program === 'cargo') return argument === 'build' || argument === 'install';
  return program === 'ninja' || program === 'parallel' || program === 'samu';
}

export const parallelBuild: Detector = {
  kind: 'parallel-build',
  detect: (evidence) => {
    if (isSettled(evidence)) return [];
    const line =
      lineOfMaker(evidence, runsJobs) ?? (isUnstable(evidence) ? firstLine(evidence, runsJobs) : undefined);
    if (line === undefined) return [];
    return evidence.reorderings
      .filter(({ of }) => of === 'lines' || of === 'members' || of === 'items')
      .map((reordering) =>
        orderFinding(reordering, 'likely', `a step runs jobs at the same time: ${line.trim().slice(0, 160)}`),
      );
  },
};
