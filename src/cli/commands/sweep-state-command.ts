/** `wolfi-repro sweep pause`, `resume` and `cancel`. */
import type { SweepState } from '../../sweep/sweep-store.ts';
import { changeState, withSweep } from '../open-sweep.ts';
import { printNote } from '../output.ts';

export async function sweepStateCommand(place: string, state: SweepState): Promise<number> {
  const { queued, running } = await withSweep(place, (records) => records.counts());
  await changeState(place, state);
  printNote(`${state}: ${queued} queued, ${running} under way`);
  return 0;
}
