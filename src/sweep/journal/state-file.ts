/** Whether a sweep is worked on: a file of its own, so that a sweep is paused without asking its owner. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeBelow } from '../../folders.ts';
import { ownFileName } from '../../names.ts';
import { type SweepState, sweepStates } from '../sweep-store.ts';

const fileName = ownFileName('state');

/** `running` where nothing else was said. */
export function readSweepState(folder: string): SweepState {
  try {
    const text = readFileSync(join(folder, fileName), 'latin1').trim();
    return sweepStates.find((state) => state === text) ?? 'running';
  } catch {
    return 'running';
  }
}

export async function writeSweepState(folder: string, state: SweepState): Promise<void> {
  await writeBelow(folder, fileName, [Buffer.from(`${state}\n`)]);
}
