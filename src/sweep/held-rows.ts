/**
 * Rows of verdicts are held to the job that they are said to be of: a store takes and gives none that is of a different package, of a different published file, or of nothing
 * that was built. Whether a verdict is true no store can know (docs/trust.md).
 */
import { equivalences } from '../compare/comparison.ts';
import { Failure, failureClasses } from '../failure.ts';
import type { Attempt } from './attempt.ts';
import type { JobPackage, SweepJob } from './job.ts';
import { attempt as attemptDecoder, verdictRow } from './sweep-decoders.ts';
import type { AttemptOutcome, Lease } from './sweep-store.ts';
import type { VerdictRow } from './verdict-row.ts';

type Row = AttemptOutcome['rows'][number];

/** What is kept of an attempt. */
export interface HeldOutcome {
  readonly attempt: Attempt;
  readonly rows: readonly VerdictRow[];
}

/** What of a row its job says. */
const ofJob = ['architecture', 'origin', 'repository', 'commit', 'builtAt'] as const;
const ofPackage = ['version', 'checksum', 'size'] as const;

/**
 * Holds what came of a lease to its job before anything of it is kept.
 * Fails with `usage`.
 * @param job as the store has it, whatever the worker says that it was given
 */
export function heldOutcome(
  job: SweepJob,
  { attempt: number, worker }: Pick<Lease, 'attempt' | 'worker'>,
  { rows: said, ...ended }: AttemptOutcome,
): HeldOutcome {
  const attempt = attemptDecoder({ job: job.key, number, worker, ...ended }, 'attempt');
  const own = { job: job.key, attempt: number, judgedAt: ended.endedAt };
  const rows = said.map((row, at) => verdictRow({ ...row, ...own }, `rows[${at}]`));
  const fault = faultOfRows(job, rows);
  if (fault !== undefined) throw refused(job, fault);
  return { attempt, rows };
}

/** What is wrong with the rows of an attempt at a job; undefined where nothing is. */
export function faultOfRows(job: SweepJob, rows: readonly Row[]): string | undefined {
  if (rows.length === 0) return undefined;
  const listed = packagesOf(job);
  const names = new Set(rows.map(({ name }) => name));
  if (names.size !== rows.length || rows.length !== listed.size)
    return `it has ${rows.length} rows of ${names.size} packages for ${listed.size} packages`;
  for (const row of rows) {
    const fault = faultOfRow(job, listed, row) ?? faultOfVerdict(row);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** Holds a row that a store kept to its job, since more than a store can write there. Fails with `usage`. */
export function holdKeptRow(job: SweepJob, row: VerdictRow): VerdictRow {
  const fault =
    row.job === job.key ? faultOfRow(job, packagesOf(job), row) : 'it names a different job than its own';
  if (fault !== undefined) throw refused(job, fault);
  return row;
}

function packagesOf({ packages }: SweepJob): ReadonlyMap<string, JobPackage> {
  return new Map(packages.map((each) => [each.name, each]));
}

function faultOfRow(job: SweepJob, packages: ReadonlyMap<string, JobPackage>, row: Row): string | undefined {
  const listed = packages.get(row.name);
  if (listed === undefined) return `${row.name} is not one of its packages`;
  const wrong =
    ofJob.find((key) => row[key] !== job[key]) ?? ofPackage.find((key) => row[key] !== listed[key]);
  return wrong === undefined ? undefined : `${wrong} of ${row.name} is not that of the job`;
}

/** What a verdict must say for somebody to be able to follow it: which bytes, and what they were built by. */
function faultOfVerdict({ name, verdict, reason, causes, sha256, plan, recipe }: Row): string | undefined {
  const isAboutBytes = verdict === 'reproduced' || verdict === 'not-reproduced';
  if (isAboutBytes && (sha256 === undefined || plan === undefined || recipe === undefined))
    return `${name} is ${verdict} without the digest of a file, a plan and a recipe`;
  if (verdict === 'reproduced')
    return reason === '' && causes.length === 0 ? undefined : `${name} is reproduced, with a reason`;
  const isOwn =
    verdict === 'not-reproduced'
      ? Object.hasOwn(equivalences, reason)
      : Object.hasOwn(failureClasses, reason) &&
        failureClasses[reason as keyof typeof failureClasses] === verdict;
  return isOwn ? undefined : `${name} is ${verdict} for a reason that is none of its own`;
}

function refused({ origin, version, architecture }: SweepJob, fault: string): Failure {
  return new Failure('usage', `rows of ${origin}-${version} ${architecture} are refused: ${fault}`, {
    hint: 'whoever judged it wrote what is not of its job: find out who that is before you believe what else it says',
  });
}
