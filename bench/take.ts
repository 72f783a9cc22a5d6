/**
 * What a take costs at 20,000 queued jobs, in a PostgreSQL of its own:
 * `node .build/bench/take.js`. The figures of docs/workers.md and of decision 25 are from it.
 */
import { openDatabaseStore } from '../src/sweep/database/database-store.ts';
import type { SweepJob } from '../src/sweep/job.ts';
import type { WorkerOffer } from '../src/sweep/sweep-store.ts';
import { postgresPrograms, startPostgres } from '../test/support/postgres.ts';
import { sampleJob, sampleOffer, sampleOutcome } from '../test/support/sweep-jobs.ts';

const [many, taken] = [20_000, 200];

function spread(milliseconds: readonly number[]): string {
  const sorted = [...milliseconds].sort((a, b) => a - b);
  const at = (part: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!.toFixed(1);
  return `median ${at(0.5)} ms, 99 % ${at(0.99)} ms, most ${at(1)} ms`;
}

if (postgresPrograms === undefined) throw new Error('PostgreSQL is not installed');
const postgres = await startPostgres(postgresPrograms);
const store = await openDatabaseStore({
  url: postgres.url(),
  signal: new AbortController().signal,
  patience: 0,
});

async function measure(name: string, offer: WorkerOffer): Promise<void> {
  const takes: number[] = [];
  const settles: number[] = [];
  for (let round = 0; round < taken; round += 1) {
    const start = performance.now();
    const lease = await store.take(offer);
    takes.push(performance.now() - start);
    if (lease === undefined) throw new Error('nothing was queued');
    const between = performance.now();
    await store.settle(lease, sampleOutcome(lease));
    settles.push(performance.now() - between);
  }
  console.log(`${name}: take ${spread(takes)}; settle ${spread(settles)}`);
}

function* jobs(): Generator<SweepJob> {
  // The first half can only be done by others, so that a take has to look past them.
  for (let at = 0; at < many; at += 1)
    yield sampleJob(`origin-${at}`, at < many / 2 ? { tags: ['big'] } : { priority: 'backfill' });
}

try {
  const start = performance.now();
  await store.enqueue(jobs());
  console.log(`enqueue of ${many}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
  const again = performance.now();
  await store.enqueue(jobs());
  console.log(`again, all known: ${((performance.now() - again) / 1000).toFixed(1)} s`);
  await measure('the first that is queued', sampleOffer('a', { tags: ['big'] }));
  await measure('past 9,800 for others', sampleOffer('b'));
  const nothing = performance.now();
  await store.take(sampleOffer('c', { architectures: [] }));
  console.log(`nothing for this worker: ${(performance.now() - nothing).toFixed(1)} ms`);
} finally {
  await store.close();
  await postgres.stop();
}
