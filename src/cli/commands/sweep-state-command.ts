/** `wolfi-repro sweep pause`, `resume` and `cancel`. */
import { openRecords } from '../../sweep/journal/journal-records.ts';
import { writeSweepState } from '../../sweep/journal/state-file.ts';
import type { SweepState } from '../../sweep/sweep-store.ts';
import { printNote } from '../output.ts';
import { requireFolder } from '../paths.ts';

export async function sweepStateCommand(given: string, state: SweepState): Promise<number> {
  const folder = requireFolder(given);
  const records = openRecords(folder);
  const { queued, running } = await records.counts().finally(() => records.close());
  await writeSweepState(folder, state);
  printNote(`${state}: ${queued} queued, ${running} under way`);
  return 0;
}
