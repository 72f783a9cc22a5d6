/** The plan of a sweep: from verified indexes to jobs, and what it will take. */
import type { Sha256 } from '../../digest.ts';
import { addAll } from '../../lists.ts';
import type { Architecture } from '../../names.ts';
import type { Repository } from '../../repository/repository.ts';
import type { SweepJob } from '../job.ts';
import type { SweepRecords } from '../sweep-store.ts';
import { type EarlierAttempt, type Estimate, estimate } from './estimate.ts';
import { listedBuilds } from './listed-builds.ts';
import { indexesDigest, type JobTerms, planJobs, subjectKey } from './plan-jobs.ts';
import { type BuildSelection, selectBuilds } from './select-builds.ts';

export interface OpenedIndexes {
  readonly architecture: Architecture;
  /** In the order in which the user named them; the first that lists a build has it. */
  readonly repositories: readonly Repository[];
}

export interface PlanOptions extends Pick<JobTerms, 'tool' | 'priority' | 'tags'> {
  readonly selection: BuildSelection;
  /** Builds at once. */
  readonly atOnce: number;
}

export interface SweepPlan {
  /** Those that are not judged or queued yet, and those that an index that changed may settle. */
  readonly jobs: readonly SweepJob[];
  /** These and those that are known. */
  readonly all: readonly SweepJob[];
  /** Selected builds that are known: judged, or queued already. */
  readonly known: number;
  /** All builds that the indexes list. */
  readonly listed: number;
  readonly ambiguous: readonly string[];
  readonly unmatched: readonly string[];
  readonly estimate: Estimate;
}

/**
 * Plans. Nothing is written.
 * @param records what the sweep knows so far
 */
export async function planSweep(
  indexes: readonly OpenedIndexes[],
  records: SweepRecords,
  { selection, tool, priority, tags, atOnce }: PlanOptions,
): Promise<SweepPlan> {
  const before = await whatIsKnown(records, tool);
  const planned: SweepJob[] = [];
  const ambiguous: string[] = [];
  const unmatched = new Map<string, number>();
  let [listed, listedBytes, installedBytes] = [0, 0, 0];
  for (const { architecture, repositories } of indexes) {
    const seen = new Set<string>();
    const digest = indexesDigest(repositories);
    const builds = repositories.flatMap((repository) => {
      const found = listedBuilds(repository, architecture);
      addAll(ambiguous, found.ambiguous);
      const fresh = found.builds.filter(({ origin, version }) => !seen.has(`${origin}=${version}`));
      for (const { origin, version } of fresh) seen.add(`${origin}=${version}`);
      return fresh;
    });
    listed += builds.length;
    for (const { packages } of builds)
      for (const { size, installedSize } of packages) {
        listedBytes += size;
        installedBytes += installedSize;
      }
    const chosen = selectBuilds(builds, selection);
    for (const each of chosen.unmatched) unmatched.set(each, (unmatched.get(each) ?? 0) + 1);
    const terms = { tool, priority, tags, indexes: digest, judgedBefore: before.subjects };
    addAll(planned, planJobs(chosen.selected, terms));
  }
  // Of what is known and stands in the same indexes as before nothing is queued, whatever attempts came to, and an estimate of nothing rests on none.
  const isSame = planned.every(({ key, indexes: seen }) => before.jobs.get(key)?.indexes === seen);
  const { attempts, waiting } = isSame ? noAttempts : await whatWasTried(records, before.jobs);
  const jobs = planned.filter(({ key, indexes: seen }) => {
    const known = before.jobs.get(key);
    return known === undefined || (waiting.has(key) && known.indexes !== seen);
  });
  return {
    jobs,
    all: planned,
    known: planned.length - jobs.length,
    listed,
    ambiguous,
    // What fits in one architecture is there.
    unmatched: [...unmatched].flatMap(([each, times]) => (times === indexes.length ? each : [])),
    estimate: estimate({ jobs, earlier: attempts, listedBytes, installedBytes, atOnce }),
  };
}

type Known = Pick<SweepJob, 'indexes' | 'origin' | 'architecture'>;

async function whatIsKnown(records: SweepRecords, tool: string) {
  const jobs = new Map<Sha256, Known>();
  const subjects = new Set<Sha256>();
  for await (const job of records.jobs()) {
    const { key, indexes, origin, architecture } = job;
    jobs.set(key, { indexes, origin, architecture });
    // One that this version judged has the key of the job itself.
    if (job.tool !== tool) subjects.add(subjectKey(job));
  }
  return { jobs, subjects };
}

interface Tried {
  readonly attempts: readonly EarlierAttempt[];
  /** Jobs that an index that changed may settle. */
  readonly waiting: ReadonlySet<Sha256>;
}

const noAttempts: Tried = { attempts: [], waiting: new Set() };

async function whatWasTried(records: SweepRecords, jobs: ReadonlyMap<Sha256, Known>): Promise<Tried> {
  const open = new Set<Sha256>();
  for await (const key of records.unfinished()) open.add(key);
  const attempts: EarlierAttempt[] = [];
  const waiting = new Set<Sha256>();
  for await (const { job, class: ended, cost } of records.attempts()) {
    const known = jobs.get(job);
    if (known === undefined) continue;
    if (ended === 'environment-unavailable' && !open.has(job)) waiting.add(job);
    else waiting.delete(job);
    attempts.push({ origin: known.origin, architecture: known.architecture, cost });
  }
  return { attempts, waiting };
}
