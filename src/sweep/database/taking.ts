/** How a job is leased: the most urgent one that a worker can do, to one worker at a time, until its lease ends. */
import { type Attempt, noCost } from '../attempt.ts';
import { jobPriorities, type SweepJob } from '../job.ts';
import { nothingKnown } from '../learned-needs.ts';
import { sweepJob } from '../sweep-decoders.ts';
import type { Lease, WorkerOffer } from '../sweep-store.ts';
import type { Queries } from './postgres.ts';
import { recordAttempt } from './settling.ts';
import { keyOf, numberOf, type StoredRow, textOf } from './stored-row.ts';

const leasedColumns = `job.body, job.priority, job.popularity, job.attempt, job.architecture, job.origin`;

const urgency = 'job.priority, job.popularity, job.architecture, job.origin, job.version, job.key';

/**
 * Takes a job. `token` is of this taking: where the answer to an earlier attempt at it was lost, the job that it leased is found by it.
 */
export async function takeJob(
  queries: Queries,
  offer: WorkerOffer,
  { lasts, token }: { readonly lasts: number; readonly token: string },
): Promise<Lease | undefined> {
  const taken =
    (
      await queries.query(
        `select ${leasedColumns} from wolfi_repro.job where token = $1 and state = 'running'`,
        [token],
      )
    )[0] ?? (await leaseNext(queries, offer, lasts, token));
  if (taken === undefined) return undefined;
  return {
    job: jobOf(taken),
    worker: offer.worker,
    attempt: numberOf(taken, 'attempt'),
    needs: await needsOf(queries, taken),
    lasts,
  };
}

async function leaseNext(
  queries: Queries,
  offer: WorkerOffer,
  lasts: number,
  token: string,
): Promise<StoredRow | undefined> {
  const [taken] = await queries.query(
    `update wolfi_repro.job set state = 'running', attempt = job.attempt + 1, worker = $1, token = $2,
       started_at = clock_timestamp(), lease_until = clock_timestamp() + $3 * interval '1 ms'
     where (select state from wolfi_repro.sweep) = 'running' and key = (
       select first.key from wolfi_repro.kind cross join lateral (
         select ${urgency} from wolfi_repro.job left join wolfi_repro.need using (architecture, origin)
         where job.kind = kind.id and job.state = 'queued' and job.run_after <= clock_timestamp()
           and coalesce(need.memory_bytes, 0) <= $6 and coalesce(need.disk_bytes, 0) <= $7
           and (job.not_by is distinct from $1 or not exists (${otherWorkers}))
         order by job.priority, job.popularity desc, job.architecture, job.origin, job.version, job.key
         limit 1 for update of job skip locked) as first
       where kind.architecture = any($4) and kind.tags <@ $5::text[]
       order by first.priority, first.popularity desc, first.architecture, first.origin, first.version, first.key
       limit 1)
     returning ${leasedColumns}`,
    [
      ...[offer.worker, token, lasts, offer.architectures, offer.tags],
      ...[offer.memoryBytes, offer.diskBytes],
    ],
  );
  return taken;
}

/** Workers that could have the job instead, and asked for one or held one of late. */
const otherWorkers = `
  select from wolfi_repro.worker where worker.name <> $1 and kind.architecture = any(worker.architectures)
    and kind.tags <@ worker.tags and (worker.seen_at > clock_timestamp() - 2 * $3 * interval '1 ms'
      or exists (select from wolfi_repro.job as held where held.state = 'running' and held.worker = worker.name))`;

/** Notes that a worker is there; once in a quarter of a lease. */
export async function noteWorker(queries: Queries, offer: WorkerOffer, lasts: number): Promise<void> {
  await queries.query(
    `insert into wolfi_repro.worker as known (name, architectures, tags, seen_at)
     values ($1, $2, $3, clock_timestamp())
     on conflict (name) do update set seen_at = excluded.seen_at, architectures = excluded.architectures,
       tags = excluded.tags
     where known.seen_at < clock_timestamp() - $4 / 4 * interval '1 ms'`,
    [offer.worker, offer.architectures, offer.tags, lasts],
  );
}

/** The most leases that one taking ends, so that a taking stays short. */
const mostEnded = 20;

/**
 * Ends leases that nobody kept. After a restart of the database none ends until one could have been kept again: that the database was away is not
 * the fault of a worker.
 */
export async function endLostLeases(queries: Queries, lasts: number): Promise<void> {
  const lost = await queries.query(
    `select key, attempt, worker, architecture, origin, forgotten,
       extract(epoch from started_at) * 1000 as started, extract(epoch from clock_timestamp()) * 1000 as now
     from wolfi_repro.job where state = 'running' and lease_until < clock_timestamp()
       and pg_postmaster_start_time() < clock_timestamp() - $1 * interval '1 ms'
     order by lease_until limit ${mostEnded} for update skip locked`,
    [lasts],
  );
  for (const row of lost) await recordAttempt(queries, row, null, { attempt: lostAttempt(row), rows: [] });
}

function lostAttempt(row: StoredRow): Attempt {
  return {
    job: keyOf(row),
    number: numberOf(row, 'attempt'),
    worker: textOf(row, 'worker'),
    class: 'worker-lost',
    startedAt: Math.floor(numberOf(row, 'started')),
    endedAt: Math.floor(numberOf(row, 'now')),
    cost: noCost,
    message: 'nothing was heard of the worker for as long as its lease lasts',
    log: undefined,
  };
}

/** A job with what was changed since it came: how urgent it is. */
export function jobOf(row: StoredRow): SweepJob {
  const job = sweepJob(row['body'], 'job');
  const priority = jobPriorities[numberOf(row, 'priority')] ?? job.priority;
  return { ...job, priority, popularity: numberOf(row, 'popularity') };
}

async function needsOf(queries: Queries, taken: StoredRow) {
  const [need] = await queries.query(
    'select memory_bytes, disk_bytes, seconds from wolfi_repro.need where architecture = $1 and origin = $2',
    [taken['architecture'], taken['origin']],
  );
  if (need === undefined) return nothingKnown;
  return {
    memoryBytes: numberOf(need, 'memory_bytes'),
    diskBytes: numberOf(need, 'disk_bytes'),
    seconds: numberOf(need, 'seconds'),
  };
}
