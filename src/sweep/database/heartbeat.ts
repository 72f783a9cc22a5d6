/** How a lease is kept. */
import type { HeartbeatAnswer, Lease } from '../sweep-store.ts';
import type { Queries } from './postgres.ts';

/** What names a lease to the database. */
export interface LeaseName extends Pick<Lease, 'worker' | 'attempt' | 'lasts'> {
  readonly job: Pick<Lease['job'], 'key'>;
}

/** Keeps a lease for as long as it lasts from now. */
export async function keepLease(
  queries: Queries,
  { job, worker, attempt, lasts }: LeaseName,
): Promise<HeartbeatAnswer> {
  const [row] = await queries.query(
    `with kept as (
       update wolfi_repro.job set lease_until = clock_timestamp() + $4 * interval '1 ms'
       where key = $1 and attempt = $2 and worker = $3 and state = 'running' returning key)
     select exists (select from kept) as held, (select state from wolfi_repro.sweep) as state`,
    [job.key, attempt, worker, lasts],
  );
  if (row?.['held'] !== true) return 'lost';
  return row['state'] === 'cancelled' ? 'cancelled' : 'held';
}
