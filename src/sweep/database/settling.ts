/** How an attempt ends: it is written with its rows, and decides what becomes of its job, in one transaction. */
import { type Attempt, type AttemptClass, conclusiveClasses } from '../attempt.ts';
import { type HeldOutcome, heldOutcome } from '../held-rows.ts';
import { shownNeeds } from '../learned-needs.ts';
import { attemptClass, sweepJob } from '../sweep-decoders.ts';
import { decideRetry } from '../sweep-retry.ts';
import type { AttemptOutcome, Lease } from '../sweep-store.ts';
import type { VerdictRow } from '../verdict-row.ts';
import type { Queries } from './postgres.ts';
import { numberOf, type StoredRow, textOf } from './stored-row.ts';

/**
 * Settles a lease, unless a different worker holds the job. `token` is of this settling: where the answer to an earlier attempt at it was lost, what it wrote
 * is found by it.
 */
export async function settleLease(
  queries: Queries,
  lease: Lease,
  outcome: AttemptOutcome,
  token: string,
): Promise<'settled' | 'stale'> {
  const { job, worker, attempt } = lease;
  const [row] = await queries.query(
    'select key, body, state, attempt, worker, architecture, origin, forgotten from wolfi_repro.job where key = $1 for update',
    [job.key],
  );
  const holds = row?.['state'] === 'running' && row['attempt'] === attempt && row['worker'] === worker;
  if (row === undefined || !holds) return wasSettled(queries, token);
  await recordAttempt(queries, row, token, heldOutcome(sweepJob(row['body'], 'job'), lease, outcome));
  return 'settled';
}

async function wasSettled(queries: Queries, token: string): Promise<'settled' | 'stale'> {
  const [row] = await queries.query('select from wolfi_repro.attempt where token = $1', [token]);
  return row === undefined ? 'stale' : 'settled';
}

/**
 * Writes the attempt at a job whose row is locked, and what follows from it.
 * @param token of the settling; null for an attempt that nobody settled
 */
export async function recordAttempt(
  queries: Queries,
  row: StoredRow,
  token: string | null,
  { attempt, rows }: HeldOutcome,
): Promise<void> {
  const { job: key, number, worker, class: ended } = attempt;
  await queries.query(
    'insert into wolfi_repro.attempt (job, number, worker, token, class, body) values ($1, $2, $3, $4, $5, $6)',
    [key, number, worker, token, ended, JSON.stringify(attempt)],
  );
  if (rows.length > 0) await writeVerdicts(queries, rows, key);
  await learn(queries, row, attempt);
  await decideNext(queries, row, ended);
}

async function writeVerdicts(queries: Queries, rows: readonly VerdictRow[], key: string): Promise<void> {
  await queries.query('delete from wolfi_repro.verdict where job = $1', [key]);
  for (const row of rows) {
    await queries.query(
      `insert into wolfi_repro.verdict (job, name, attempt, verdict, reason, body) values ($1, $2, $3, $4, $5, $6)`,
      [row.job, row.name, row.attempt, row.verdict, row.reason, JSON.stringify(row)],
    );
  }
}

async function learn(
  queries: Queries,
  row: StoredRow,
  outcome: Pick<Attempt, 'class' | 'cost'>,
): Promise<void> {
  const { memoryBytes, diskBytes, seconds } = shownNeeds(outcome);
  if (memoryBytes === 0 && diskBytes === 0 && seconds === 0) return;
  await queries.query(
    `insert into wolfi_repro.need as known (architecture, origin, memory_bytes, disk_bytes, seconds)
     values ($1, $2, $3, $4, $5)
     on conflict (architecture, origin) do update set
       memory_bytes = greatest(known.memory_bytes, excluded.memory_bytes),
       disk_bytes = greatest(known.disk_bytes, excluded.disk_bytes),
       seconds = greatest(known.seconds, excluded.seconds)`,
    [textOf(row, 'architecture'), textOf(row, 'origin'), memoryBytes, diskBytes, seconds],
  );
}

async function decideNext(queries: Queries, row: StoredRow, ended: AttemptClass): Promise<void> {
  const key = textOf(row, 'key');
  const attempts = await queries.query(
    'select class, worker from wolfi_repro.attempt where job = $1 and number > $2 order by number',
    [key, numberOf(row, 'forgotten')],
  );
  const retry = decideRetry(
    attempts.map((each) => ({ class: attemptClass(each['class'], 'class'), worker: textOf(each, 'worker') })),
  );
  const again = retry.kind === 'again';
  const final = conclusiveClasses.has(ended) ? 'settled' : 'dead';
  await queries.query(
    `update wolfi_repro.job set state = $2, last_class = $3, not_by = $4, token = null, lease_until = null,
       run_after = clock_timestamp() + $5 * interval '1 ms' where key = $1`,
    [key, again ? 'queued' : final, ended, again ? (retry.notBy ?? null) : null, again ? retry.after : 0],
  );
}
