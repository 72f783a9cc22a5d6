/**
 * What commands leave to the process that works on a sweep, since only that one writes its journal: files below `left/`, each written aside and renamed, with
 * lines as a journal has them. To take one over twice does no harm: what is queued already is known.
 */
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { folderBelow, writeBelow } from '../../folders.ts';
import { ownFileName } from '../../names.ts';
import { JournalFile } from './journal-file.ts';
import { type JournalRecord, readRecord } from './journal-record.ts';

/** What can be left: jobs to queue, and jobs to queue again. */
export type LeftRecord = Extract<JournalRecord, { readonly kind: 'job' | 'reopened' }>;

const folderName = ownFileName('left');
const nameForm = /^[0-9a-f-]{36}\.jsonl$/;

export async function leaveRecords(folder: string, records: readonly LeftRecord[]): Promise<void> {
  if (records.length === 0) return;
  const lines = function* () {
    for (const record of records) yield Buffer.from(`${JSON.stringify(record)}\n`);
  };
  await writeBelow(folderBelow(folder, folderName), ownFileName(`${randomUUID()}.jsonl`), lines());
}

/** Paths of what was left. */
export function leftFiles(folder: string): string[] {
  const below = join(folder, folderName);
  if (!existsSync(below)) return [];
  return readdirSync(below)
    .filter((name) => nameForm.test(name))
    .sort()
    .map((name) => join(below, name));
}

/** Reads what was left. Fails with `usage` for what no command leaves. */
export function readLeft(path: string): LeftRecord[] {
  const file = new JournalFile(path, false);
  try {
    return [...file.lines(0)].flatMap(({ place, bytes }) => {
      const record = readRecord(bytes, path, place.start);
      return record.kind === 'job' || record.kind === 'reopened' ? record : [];
    });
  } finally {
    file.close();
  }
}

export function removeLeft(path: string): void {
  rmSync(path, { force: true });
}
