/** What a build needs, learned from earlier attempts at the same origin and architecture. */
import type { Attempt, AttemptClass, AttemptCost, JobNeeds } from './attempt.ts';

export const nothingKnown: JobNeeds = { memoryBytes: 0, diskBytes: 0, seconds: 0 };

/** An attempt that ran out of something shows that this is not enough: the next one gets twice that. */
const exhausted: Readonly<Partial<Record<AttemptClass, keyof JobNeeds>>> = {
  memory: 'memoryBytes',
  disk: 'diskBytes',
  time: 'seconds',
};

/** What an attempt shows that a build needs. */
export function shownNeeds({
  class: ended,
  cost,
}: Pick<Attempt, 'class'> & {
  readonly cost: Pick<AttemptCost, 'memoryBytes' | 'diskBytes' | 'wallSeconds'>;
}): JobNeeds {
  const shown = {
    memoryBytes: cost.memoryBytes,
    diskBytes: cost.diskBytes,
    seconds: Math.ceil(cost.wallSeconds),
  };
  const member = exhausted[ended];
  return member === undefined ? shown : { ...shown, [member]: shown[member] * 2 };
}

/** The larger of each. */
export function joinedNeeds(a: JobNeeds, b: JobNeeds): JobNeeds {
  return {
    memoryBytes: Math.max(a.memoryBytes, b.memoryBytes),
    diskBytes: Math.max(a.diskBytes, b.diskBytes),
    seconds: Math.max(a.seconds, b.seconds),
  };
}
