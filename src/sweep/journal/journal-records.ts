/** A journal as it is read: by its owner, or beside it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../failure.ts';
import { holdKeptRow } from '../held-rows.ts';
import type { SweepJob } from '../job.ts';
import type { SweepCounts, SweepRecords } from '../sweep-store.ts';
import { JournalFile, type LinePlace } from './journal-file.ts';
import { type JournalRecord, readAttempt, readRecord } from './journal-record.ts';
import { readSnapshot } from './journal-snapshot.ts';
import type { JournalEntry, JournalState } from './journal-state.ts';
import { readSweepState } from './state-file.ts';

const journalName = 'journal.jsonl';

export interface ReadJournal {
  readonly folder: string;
  readonly file: JournalFile;
  readonly state: JournalState;
}

/** Reads a journal up to its last whole line. Fails with `usage` for one that is damaged. */
export function readJournal(folder: string, writable: boolean): ReadJournal {
  const file = new JournalFile(join(folder, journalName), writable);
  try {
    const { state, covers } = readSnapshot(folder, file);
    for (const { place, bytes } of file.lines(covers)) {
      const wrong = state.follow(readRecord(bytes, file.path, place.start), place);
      if (wrong !== undefined)
        throw new Failure('usage', `${file.path} is damaged: the line at byte ${place.start}: ${wrong}`);
    }
    return { folder, file, state };
  } catch (failure) {
    file.close();
    throw failure;
  }
}

/** Whether a sweep was begun in a folder. */
export function isSweepFolder(folder: string): boolean {
  return existsSync(join(folder, journalName));
}

/** The records of a sweep in a folder as they are now, whoever works on it. Fails with `usage` where there is none. */
export function openRecords(folder: string): SweepRecords & { close(): void } {
  if (!isSweepFolder(folder))
    throw new Failure('usage', `there is no sweep in ${folder}`, {
      hint: 'begin one with `wolfi-repro sweep plan`',
    });
  const journal = readJournal(folder, false);
  return Object.assign(recordsOf(journal), { close: () => journal.file.close() });
}

/** Reads what was asked for line by line: no more than one is in memory. */
export function recordsOf(journal: ReadJournal): SweepRecords {
  const { state, folder } = journal;
  const entries = function* () {
    for (const key of state.sorted()) yield state.entries.get(key)!;
  };
  return {
    async *jobs() {
      for (const entry of entries()) yield jobOf(journal, entry);
    },
    async *attempts() {
      for (const { attempts } of entries())
        for (const { place } of attempts)
          yield readAttempt(journal.file.read(place), journal.file.path, place.start);
    },
    async *verdicts() {
      for (const entry of entries()) {
        if (entry.rows === undefined) continue;
        const job = jobOf(journal, entry);
        for (const row of recordAt(journal, entry.rows, 'settled').rows) yield holdKeptRow(job, row);
      }
    },
    async *unfinished() {
      for (const { key, state: now } of entries()) if (now.kind !== 'final') yield key;
    },
    counts: async () => countsOf(state, readSweepState(folder)),
  };
}

function countsOf(state: JournalState, now: SweepCounts['state']): SweepCounts {
  const due = [...state.entries.values()].flatMap((entry) =>
    entry.state.kind === 'queued' && entry.state.again !== undefined ? entry.state.again.from : [],
  );
  const nextDue = due.length === 0 ? undefined : due.reduce((a, b) => Math.min(a, b));
  return { state: now, ...state.count(), nextDue };
}

/** A job as it is now: its line, with what changed since. */
export function jobOf(
  journal: ReadJournal,
  { place, priority, popularity, indexes }: JournalEntry,
): SweepJob {
  const { job } = recordAt(journal, place, 'job');
  return { ...job, priority, popularity, indexes };
}

function recordAt<K extends JournalRecord['kind']>(
  { file }: ReadJournal,
  place: LinePlace,
  kind: K,
): Extract<JournalRecord, { readonly kind: K }> {
  const record = readRecord(file.read(place), file.path, place.start);
  if (record.kind !== kind)
    throw new Failure(
      'usage',
      `${file.path} is damaged: the line at byte ${place.start} is of a different kind`,
    );
  return record as Extract<JournalRecord, { readonly kind: K }>;
}
