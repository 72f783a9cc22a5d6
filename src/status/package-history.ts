/** Every package of a sweep with all that was found of it. */
import type { Sha256 } from '../digest.ts';
import { addTo } from '../lists.ts';
import type { Architecture, PackageName } from '../names.ts';
import type { Attempt } from '../sweep/attempt.ts';
import type { SweepJob } from '../sweep/job.ts';
import type { SweepRecords } from '../sweep/sweep-store.ts';
import type { VerdictRow } from '../sweep/verdict-row.ts';
import { deadState, type PackageState, stateOfRow, waitingState } from './package-state.ts';
import { type Build, compareBelief, compareBuilds, compareRows, compareText } from './row-order.ts';

/** A package of one repository and architecture, over all its versions. */
export interface PackageHistory {
  readonly repository: string;
  readonly architecture: Architecture;
  readonly name: PackageName;
  /** Of the newest build. */
  readonly origin: PackageName;
  readonly popularity: number;
  /** Oldest build first; of one build, in the order in which it was judged. */
  readonly rows: readonly VerdictRow[];
  /** The newest build that was planned. */
  readonly build: Build;
  readonly state: PackageState;
  /** The row that the state rests on; undefined where there is none. */
  readonly row: VerdictRow | undefined;
}

/** A job with its attempts, in their order. */
export interface JobHistory {
  readonly job: SweepJob;
  readonly attempts: readonly Attempt[];
  /** Whether it waits or is under way; one that was queued again does so whatever its attempts came to. */
  readonly isOpen: boolean;
}

export interface SweepHistory {
  /** By repository, architecture and name. */
  readonly packages: readonly PackageHistory[];
  readonly jobs: ReadonlyMap<Sha256, JobHistory>;
}

interface Newest {
  readonly job: SweepJob;
  readonly name: PackageName;
  readonly build: Build;
}

/** Reads all records of a sweep. What is returned does not depend on the order in which they come. */
export async function readHistory(records: Omit<SweepRecords, 'counts'>): Promise<SweepHistory> {
  const jobs = new Map<Sha256, JobHistory & { readonly attempts: Attempt[] }>();
  const open = new Set<Sha256>();
  for await (const key of records.unfinished()) open.add(key);
  const newest = new Map<string, Newest>();
  for await (const job of records.jobs()) {
    jobs.set(job.key, { job, attempts: [], isOpen: open.has(job.key) });
    for (const { name, version, checksum } of job.packages) {
      const build = { version, checksum, builtAt: job.builtAt };
      const key = keyOf(job.repository, job.architecture, name);
      const known = newest.get(key);
      if (known === undefined || isNewer({ job, name, build }, known)) newest.set(key, { job, name, build });
    }
  }
  for await (const attempt of records.attempts()) jobs.get(attempt.job)?.attempts.push(attempt);
  for (const { attempts } of jobs.values()) attempts.sort((a, b) => a.number - b.number);
  const rows = new Map<string, VerdictRow[]>();
  for await (const row of records.verdicts())
    addTo(rows, keyOf(row.repository, row.architecture, row.name), row);
  const packages = [...newest].map(([key, each]) => historyOf(each, rows.get(key) ?? [], jobs));
  return { packages: packages.sort(comparePackages), jobs };
}

function keyOf(repository: string, architecture: Architecture, name: PackageName): string {
  return `${architecture} ${name} ${repository}`;
}

/** Of several jobs for one build, the last by key: versions of this program have an order only where they are releases. */
function isNewer(next: Newest, known: Newest): boolean {
  return (compareBuilds(next.build, known.build) || compareText(next.job.key, known.job.key)) > 0;
}

function historyOf(
  { job, name, build }: Newest,
  rows: VerdictRow[],
  jobs: ReadonlyMap<Sha256, JobHistory>,
): PackageHistory {
  const { repository, architecture, origin } = job;
  const own = rows.filter((each) => compareBuilds(each, build) === 0).sort(compareBelief);
  const row = own.at(-1);
  const state = row === undefined ? withoutVerdict(jobs.get(job.key)) : stateOfRow(row);
  const popularity = Math.max(job.popularity, row?.popularity ?? 0);
  rows.sort(compareRows);
  return { repository, architecture, name, origin, popularity, rows, build, state, row };
}

function withoutVerdict(job: JobHistory | undefined): PackageState {
  const last = job?.attempts.at(-1);
  return last === undefined || job?.isOpen === true ? waitingState : deadState(last.class);
}

export function comparePackages(a: PackageHistory, b: PackageHistory): number {
  return (
    compareText(a.repository, b.repository) ||
    compareText(a.architecture, b.architecture) ||
    compareText(a.name, b.name)
  );
}
