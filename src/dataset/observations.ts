/** The rows of a dataset before they have columns: one for each package and attempt of a sweep. */
import type { Sha256 } from '../digest.ts';
import { addTo } from '../lists.ts';
import type { Attempt } from '../sweep/attempt.ts';
import { compareJobs, type JobPackage, type SweepJob } from '../sweep/job.ts';
import type { SweepRecords } from '../sweep/sweep-store.ts';
import type { VerdictRow } from '../sweep/verdict-row.ts';

export interface Observation {
  readonly job: SweepJob;
  readonly listed: JobPackage;
  /** From 1; 0 where nobody has attempted the job, which is a row as well: it counts in what was not judged. */
  readonly number: number;
  /** Undefined for number 0, and where a sweep kept the verdict and not the attempt. */
  readonly attempt: Attempt | undefined;
  /** The verdict that this attempt gave, of those that stand. */
  readonly verdict: VerdictRow | undefined;
}

/** All observations: by architecture, origin, version and key of the job, then by package, then by attempt. */
export async function readObservations(
  records: Omit<SweepRecords, 'counts'>,
): Promise<readonly Observation[]> {
  const jobs: SweepJob[] = [];
  for await (const job of records.jobs()) jobs.push(job);
  const attempts = new Map<Sha256, Attempt[]>();
  for await (const attempt of records.attempts()) addTo(attempts, attempt.job, attempt);
  const verdicts = new Map<Sha256, VerdictRow[]>();
  for await (const row of records.verdicts()) addTo(verdicts, row.job, row);
  return jobs
    .sort(compareJobs)
    .flatMap((job) => observationsOf(job, attempts.get(job.key) ?? [], verdicts.get(job.key) ?? []));
}

function observationsOf(
  job: SweepJob,
  attempts: readonly Attempt[],
  verdicts: readonly VerdictRow[],
): Observation[] {
  const listed = [...job.packages].sort((a, b) => compare(a.name, b.name));
  return listed.flatMap((each) => {
    const own = verdicts.filter(({ name }) => name === each.name);
    const numbers = new Set([...attempts.map(({ number }) => number), ...own.map(({ attempt }) => attempt)]);
    if (numbers.size === 0) numbers.add(0);
    return [...numbers]
      .sort((a, b) => a - b)
      .map((number) => ({
        job,
        listed: each,
        number,
        attempt: attempts.find((attempt) => attempt.number === number),
        verdict: own.find(({ attempt }) => attempt === number),
      }));
  });
}

/** By code units, which is the same everywhere. */
function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
