/** How commands queue jobs: in the store itself, or, while a process works on a sweep in a folder, by leaving them to it. */
import { resolve } from 'node:path';
import type { Sha256 } from '../digest.ts';
import type { JobPriority, SweepJob } from '../sweep/job.ts';
import { ownerOf } from '../sweep/journal/journal-lock.ts';
import { leaveRecords } from '../sweep/journal/left-records.ts';
import type { SweepRecords } from '../sweep/sweep-store.ts';
import { isDatabase, openKnownStore, openStore, withSweep } from './open-sweep.ts';

/** What became of jobs that were to be queued. */
export interface Queued {
  readonly builds: number;
  /** The process that queues them before it takes its next job; undefined where they are queued. */
  readonly by: number | undefined;
}

interface Queueing<Planned> {
  readonly planned: Planned;
  readonly queued: Queued;
}

/** Plans from what the sweep knows, and queues it. A folder is made where there is none. */
export async function queuePlanned<
  Planned extends { readonly jobs: readonly SweepJob[]; readonly all: readonly SweepJob[] },
>(place: string, plan: (records: SweepRecords) => Promise<Planned>): Promise<Queueing<Planned>> {
  const by = workerOn(place);
  if (by !== undefined) {
    const planned = await withSweep(place, plan);
    await leaveRecords(
      resolve(place),
      planned.all.map((job) => ({ kind: 'job', job })),
    );
    return { planned, queued: { builds: planned.jobs.length, by } };
  }
  const store = await openStore(place);
  try {
    const planned = await plan(store);
    // Those that are known are queued as well: one that waits may be more urgent now.
    const { queued, reopened } = await store.enqueue(planned.all);
    return { planned, queued: { builds: queued + reopened, by } };
  } finally {
    await store.close();
  }
}

/** Queues jobs of a known sweep again. */
export async function queueAgain(
  place: string,
  keysOf: (records: SweepRecords) => Promise<readonly Sha256[]>,
  priority: JobPriority,
): Promise<Queued> {
  const by = workerOn(place);
  if (by !== undefined) {
    const keys = await withSweep(place, keysOf);
    await leaveRecords(
      resolve(place),
      keys.map((key) => ({ kind: 'reopened', key, priority })),
    );
    return { builds: keys.length, by };
  }
  const store = await openKnownStore(place);
  try {
    return { builds: await store.reopen(await keysOf(store), priority), by };
  } finally {
    await store.close();
  }
}

function workerOn(place: string): number | undefined {
  return isDatabase(place) ? undefined : ownerOf(resolve(place));
}
