/** The number of processors of the machine that built. */
import { changeFinding, type Detector, lineOf } from './evidence.ts';

const speaksOfProcessors =
  /\b(jobs?|cpus?|cores?|nproc|threads?|processors?|workers?|parallel(ism)?)\b|(^|[\s="'])-j|NPROC|NUM_?(?:CPU|JOBS|THREADS)|MAKEFLAGS/i;

/** A need, a limit, or one of many: no count of those that there are. */
const saysWhatIsNeeded = /\b(?:requires?|needs?|at least|up to|max(?:imum)?|min(?:imum)?|limit|thread \d)/i;

export const cpuCount: Detector = {
  kind: 'cpu-count',
  detect: ({ changes, facts }) =>
    changes.flatMap((change) => {
      const [published, rebuilt] = [change.published, change.rebuilt].map(countOf);
      if (published === undefined || rebuilt === undefined) return [];
      if (!speaksOfProcessors.test(lineOf(change))) return [];
      if (facts === undefined) {
        if (saysWhatIsNeeded.test(lineOf(change))) return [];
        return [
          changeFinding(change, 'possible', 'both values stand where a number of jobs or processors does'),
        ];
      }
      if (rebuilt !== facts.cpuCount) return [];
      return [
        changeFinding(change, 'likely', 'the rebuilt value is the number of processors of this machine'),
      ];
    }),
};

/** A number of processors: plain, or behind `-j`. */
function countOf(text: string | undefined): number | undefined {
  const digits = /^(?:-j)?([1-9]\d{0,3})$/.exec(text ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits);
}
