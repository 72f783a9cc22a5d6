/** Sweeps, wherever they are kept: in a folder, or in a database that is named by its address. */
import { resolve } from 'node:path';
import { Failure } from '../failure.ts';
import type { DatabaseOptions } from '../sweep/database/postgres.ts';
import { isSweepFolder, openRecords } from '../sweep/journal/journal-records.ts';
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
  return openDatabaseStore(databaseOptions(url, patience));
}

function databaseOptions(url: string, patience: number): DatabaseOptions {
  // What was begun is settled even while the process ends.
  const { signal } = new AbortController();
  return { url, signal, patience, onTrouble: (text) => printNote(`wolfi-repro: ${text}`) };
}

/** Opens a sweep for writing; a folder is made where there is none. The caller closes it. */
export async function openStore(place: string): Promise<SweepStore> {
  if (isDatabase(place)) return openDatabase(place);
  const { openJournal } = await import('../sweep/journal/journal-store.ts');
  return openJournal(resolve(place), Date.now);
}

/** Opens a sweep for writing that is already there. Fails with `usage` where there is none. */
export async function openKnownStore(place: string): Promise<SweepStore> {
  await withSweep(place, async () => undefined);
  return openStore(place);
}

/** Reads a sweep and closes it again: what is there now, whoever works on it. Nothing of it is changed. Fails with `usage` where there is none. */
export async function withSweep<Result>(
  place: string,
  work: (records: SweepRecords) => Promise<Result>,
): Promise<Result> {
  return withSweepIfThere(place, async (records) => {
    if (records === undefined)
      throw new Failure('usage', `there is no sweep in ${isDatabase(place) ? 'this database' : place}`, {
        hint: 'begin one with `wolfi-repro sweep plan`',
      });
    return work(records);
  });
}

/** The same, where there may be none. */
export async function withSweepIfThere<Result>(
  place: string,
  work: (records: SweepRecords | undefined) => Promise<Result>,
): Promise<Result> {
  const records = isDatabase(place) ? await readDatabase(place) : readFolder(place);
  try {
    return await work(records);
  } finally {
    await records?.close();
  }
}

async function readDatabase(url: string) {
  const { openDatabaseRecords } = await import('../sweep/database/database-records.ts');
  return openDatabaseRecords(databaseOptions(url, patienceMilliseconds));
}

function readFolder(place: string) {
  return isSweepFolder(place) ? openRecords(requireFolder(place)) : undefined;
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
