/** A sweep as a store keeps it, of records that a test made. */
import { openJournal } from '../../src/sweep/journal/journal-store.ts';
import type { SweepStore } from '../../src/sweep/sweep-store.ts';
import { sampleOffer } from './sweep-jobs.ts';
import type { MadeRecords } from './sweep-records.ts';

/** Keeps jobs with the rows of each in a journal; a job without rows stays queued. */
export async function keepSweep(folder: string, made: MadeRecords): Promise<void> {
  const journal = openJournal(folder, () => 0);
  await fillStore(journal, made);
  await journal.close();
}

/** Keeps jobs with the rows of each; a job without rows stays queued. */
export async function fillStore(store: SweepStore, { jobs, verdicts }: MadeRecords): Promise<void> {
  const judged = new Map(jobs.map(({ key }) => [key, verdicts.filter(({ job }) => job === key)]));
  await store.enqueue(jobs.filter(({ key }) => judged.get(key)!.length > 0));
  const offer = sampleOffer();
  const cost = {
    wallSeconds: 60,
    processorSeconds: 90,
    memoryBytes: 1e9,
    diskBytes: 1e9,
    downloadedBytes: 1e7,
  };
  for (let lease = await store.take(offer); lease !== undefined; lease = await store.take(offer)) {
    const rows = judged.get(lease.job.key)!;
    const endedAt = rows[0]!.judgedAt;
    const times = { startedAt: endedAt - 60_000, endedAt };
    await store.settle(lease, { class: 'settled', ...times, cost, message: '', log: undefined, rows });
  }
  await store.enqueue(jobs);
}
