/** A sweep in a folder, as the journal keeps it, of records that a test made. */
import { openJournal } from '../../src/sweep/journal/journal-store.ts';
import { sampleOffer } from './sweep-jobs.ts';
import type { MadeRecords } from './sweep-records.ts';

/** Keeps jobs with the rows of each in a journal; a job without rows stays queued. */
export async function keepSweep(folder: string, { jobs, verdicts }: MadeRecords): Promise<void> {
  let now = 0;
  const journal = openJournal(folder, () => now);
  const judged = new Map(jobs.map(({ key }) => [key, verdicts.filter(({ job }) => job === key)]));
  await journal.enqueue(jobs.filter(({ key }) => judged.get(key)!.length > 0));
  const offer = sampleOffer();
  const cost = {
    wallSeconds: 60,
    processorSeconds: 90,
    memoryBytes: 1e9,
    diskBytes: 1e9,
    downloadedBytes: 1e7,
  };
  for (let lease = await journal.take(offer); lease !== undefined; lease = await journal.take(offer)) {
    const rows = judged.get(lease.job.key)!;
    now = rows[0]!.judgedAt;
    const times = { startedAt: now - 60_000, endedAt: now };
    await journal.settle(lease, { class: 'settled', ...times, cost, message: '', log: undefined, rows });
  }
  await journal.enqueue(jobs);
  await journal.close();
}
