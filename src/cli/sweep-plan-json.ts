/** A plan of a sweep as JSON (`wolfi-repro/sweep-plan/1`, docs/schema/sweep-plan-1.json). */
import { renderValue } from '../report/json-report.ts';
import type { SweepJob } from '../sweep/job.ts';
import type { SweepPlan } from '../sweep/plan/plan-sweep.ts';
import type { Queued } from './queue-jobs.ts';

/**
 * The document; ends with a newline.
 * @param queued what became of the jobs; undefined where nothing was queued
 */
export function planJson(plan: SweepPlan, atOnce: number, queued: Queued | undefined): string {
  const { jobs, listed, known, ambiguous, unmatched, estimate } = plan;
  const { seconds, usualSeconds, diskBytes, packageBytes, environmentBytes, packages, measured, basis } =
    estimate;
  return renderValue({
    schema: 'wolfi-repro/sweep-plan/1',
    listed,
    known,
    jobs: jobs.map(jobValue),
    ambiguous,
    unmatched,
    estimate: {
      jobs: jobs.length,
      packages,
      measured,
      basis,
      atOnce,
      seconds: Math.ceil(seconds / atOnce),
      usualSeconds: Math.ceil(usualSeconds),
      packageBytes,
      environmentBytes,
      diskBytes,
    },
    ...(queued === undefined
      ? {}
      : { queued: { builds: queued.builds, ...(queued.by === undefined ? {} : { by: queued.by }) } }),
  });
}

function jobValue({
  key,
  origin,
  version,
  architecture,
  repository,
  priority,
  tags,
  popularity,
  packages,
}: SweepJob) {
  const listed = packages.map(({ name, checksum, size }) => ({ name, checksum, size }));
  return { key, origin, version, architecture, repository, priority, tags, popularity, packages: listed };
}
