/** Sets of Python, whose order depends on a seed that is random at every start unless PYTHONHASHSEED is set. */
import { type Detector, orderFinding } from './evidence.ts';
import { firstLine } from './step-texts.ts';

function mentionsPython(line: string): boolean {
  return /\bpython[\d.]*\b|\.py\b/.test(line);
}

export const pythonHashSeed: Detector = {
  kind: 'python-hash-seed',
  detect: (evidence) => {
    if (evidence.environment.has('PYTHONHASHSEED')) return [];
    const runsPython = firstLine(evidence, mentionsPython) !== undefined;
    return evidence.reorderings.flatMap((reordering) => {
      if (reordering.of === 'constants') {
        const why =
          'the members of a set among the constants come in a different order, and PYTHONHASHSEED is not set';
        return [orderFinding(reordering, 'likely', why)];
      }
      if (reordering.of !== 'words' || !runsPython || reordering.published.length < 3) return [];
      const why =
        'the words of one line come in a different order, a step runs Python, and PYTHONHASHSEED is not set';
      return [orderFinding(reordering, 'possible', why)];
    });
  },
};
