/** Sweeps that are only read, wherever they are kept. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ReadArtifact } from '../status/stored-plans.ts';
import { openRecords } from '../sweep/journal/journal-records.ts';
import { folderArtifacts } from '../sweep/judge/artifacts.ts';
import type { SweepRecords } from '../sweep/sweep-store.ts';
import { requireFolder } from './paths.ts';

/** Reads what is there now, whoever works on it. The caller closes it. Fails with `usage` where there is no sweep. */
function openSweep(place: string): SweepRecords & { close(): void } {
  return openRecords(requireFolder(place));
}

/** Reads a sweep and closes it again. */
export async function withSweep<Result>(
  place: string,
  work: (records: SweepRecords) => Promise<Result>,
): Promise<Result> {
  const records = openSweep(place);
  try {
    return await work(records);
  } finally {
    records.close();
  }
}

/** Results and logs that a sweep kept beside its records; nothing is found where it kept none. */
export function artifactsOf(place: string): ReadArtifact {
  const folder = join(place, 'artifacts');
  return existsSync(folder) ? folderArtifacts(folder).get : async () => undefined;
}
