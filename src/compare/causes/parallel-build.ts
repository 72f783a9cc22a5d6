/** The order in which jobs end that run at the same time. */
import { type Detector, orderFinding } from './evidence.ts';
import { stepLines } from './steps.ts';

const command = '(?:^|[|;&(]|\\b(?:do|then|exec|env))\\s*';
const parallel = new RegExp(
  [
    `${command}(?:\\w+=\\S+\\s+)*g?make\\b.*\\s(?:-j|--jobs)`,
    `${command}(?:ninja|parallel|samu)\\b`,
    `\\bxargs\\b.*\\s(?:-P|--max-procs)`,
    `${command}cargo\\s+(?:build|install)\\b`,
    '(?:^|[^&>|])&\\s*(?:$|done\\b)',
    '\\bconcurrent\\.futures\\b|\\bmultiprocessing\\b',
  ].join('|'),
);

export const parallelBuild: Detector = {
  kind: 'parallel-build',
  detect: (evidence) => {
    const line = stepLines(evidence).find((each) => parallel.test(each));
    if (line === undefined) return [];
    return evidence.reorderings
      .filter(({ of }) => of === 'lines' || of === 'members' || of === 'items')
      .map((reordering) =>
        orderFinding(reordering, 'likely', `a step runs jobs at the same time: ${line.trim().slice(0, 160)}`),
      );
  },
};
