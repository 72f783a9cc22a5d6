/** Sweeps, wherever they are kept: in a folder, or in a database that is named by its address. */
import { resolve } from 'node:path';
import { Failure } from '../failure.ts';
import { openRecords } from '../sweep/journal/journal-records.ts';
import type { SweepRecords, SweepState, SweepStore } from '../sweep/sweep-store.ts';
import { printNote } from './output.ts';
import { requireFolder } from './paths.ts';

/** Whether a sweep is named by the address of a database. */
export function isDatabase(named: string): boolean {
  return /^postgres(?:ql)?:/.test(named);
}

/** How long a command asks a database that cannot be reached; a worker does so for as long as it lives. */
const patienceMilliseconds = 15_000;

/** A store in a database, with its tables made. Fails with `unreachable`. */
export async function openDatabase(url: string, patience = patienceMilliseconds): Promise<SweepStore> {
  const { openDatabaseStore } = await import('../sweep/database/database-store.ts');
  // What was begun is settled even while the process ends.
  const { signal } = new AbortController();
  return openDatabaseStore({ url, signal, patience, onTrouble: (text) => printNote(`wolfi-repro: ${text}`) });
}

/** Opens a sweep for writing; a folder is made where there is none. The caller closes it. */
export async function openStore(place: string): Promise<SweepStore> {
  if (isDatabase(place)) return openDatabase(place);
  const { openJournal } = await import('../sweep/journal/journal-store.ts');
  return openJournal(resolve(place), Date.now);
}

/** Opens a sweep for writing that is already there. Fails with `usage` where there is none. */
export async function openKnownStore(place: string): Promise<SweepStore> {
  if (!isDatabase(place)) openRecords(requireFolder(place)).close();
  return openStore(place);
}

/** Reads a sweep and closes it again: what is there now, whoever works on it. Fails with `usage` where there is none. */
export async function withSweep<Result>(
  place: string,
  work: (records: SweepRecords) => Promise<Result>,
): Promise<Result> {
  if (isDatabase(place)) {
    const store = await openDatabase(place);
    return work(store).finally(() => store.close());
  }
  const records = openRecords(requireFolder(place));
  try {
    return await work(records);
  } finally {
    records.close();
  }
}

/** Changes the state of a sweep, whoever works on it. */
export async function changeState(place: string, state: SweepState): Promise<void> {
  if (isDatabase(place)) {
    const store = await openDatabase(place);
    return store.setState(state).finally(() => store.close());
  }
  const { writeSweepState } = await import('../sweep/journal/state-file.ts');
  await writeSweepState(requireFolder(place), state);
}

/** The folder of a sweep. Fails with `usage` for a database, which workers judge. */
export function requireSweepFolder(place: string): string {
  if (!isDatabase(place)) return requireFolder(place);
  throw new Failure('usage', 'a sweep in a database is judged by workers', {
    hint: 'start one on each machine: wolfi-repro worker --database URL (docs/workers.md)',
  });
}
