/** How jobs come into the tables: each once, whoever plans it and however often. */
import { canonicalJson } from '../../canonical.ts';
import type { Sha256 } from '../../digest.ts';
import { type JobPriority, jobPriorities, type SweepJob } from '../job.ts';
import type { EnqueueCounts } from '../sweep-store.ts';
import type { Queries } from './postgres.ts';

/** Columns of a job out of a list in JSON. */
const given = `json_to_recordset($1::json) as given
  (key text, body json, architecture text, origin text, version text, tags text[], priority smallint, popularity double precision)`;

/** Adds jobs in one transaction; none has the key of a different one. */
export async function enqueueBatch(queries: Queries, jobs: readonly SweepJob[]): Promise<EnqueueCounts> {
  const rows = JSON.stringify(jobs.map(columnsOf));
  await queries.query(
    `insert into wolfi_repro.kind (architecture, tags) select distinct architecture, tags from ${given}
       where not exists (select from wolfi_repro.kind where kind.architecture = given.architecture and kind.tags = given.tags)
     order by 1, 2 on conflict do nothing`,
    [rows],
  );
  const inserted = await queries.query(
    `insert into wolfi_repro.job (key, body, architecture, origin, version, kind, priority, popularity)
     select key, body, architecture, origin, version, kind.id, priority, popularity
     from ${given} join wolfi_repro.kind using (architecture, tags) order by key
     on conflict (key) do nothing returning key`,
    [rows],
  );
  if (inserted.length === jobs.length) return { queued: jobs.length, known: 0, reopened: 0 };
  const reopened = await queries.query(
    `update wolfi_repro.job set ${openedAgain}, body = given.body, priority = given.priority,
       popularity = given.popularity
     from ${given} where job.key = given.key and job.state in ('settled', 'dead')
       and job.last_class = 'environment-unavailable' and job.body ->> 'indexes' <> given.body ->> 'indexes'
     returning job.key`,
    [rows],
  );
  await queries.query(
    `update wolfi_repro.job set priority = least(job.priority, given.priority),
       popularity = greatest(job.popularity, given.popularity)
     from ${given} where job.key = given.key and job.state in ('queued', 'running')
       and (job.priority > given.priority or job.popularity < given.popularity)`,
    [rows],
  );
  const known = jobs.length - inserted.length - reopened.length;
  return { queued: inserted.length, known, reopened: reopened.length };
}

/** Queues final jobs again; returns how many were final. */
export async function reopenJobs(
  queries: Queries,
  keys: readonly Sha256[],
  priority: JobPriority,
): Promise<number> {
  const rows = await queries.query(
    `update wolfi_repro.job set ${openedAgain}, priority = $2
     where key = any($1) and state in ('settled', 'dead') returning key`,
    [keys, jobPriorities.indexOf(priority)],
  );
  return rows.length;
}

/** As if it were new, but for the numbers of its attempts, which go on. */
const openedAgain = `state = 'queued', run_after = clock_timestamp(), not_by = null, forgotten = job.attempt`;

function columnsOf(job: SweepJob) {
  const { key, architecture, origin, version, tags, priority, popularity } = job;
  const body = JSON.parse(canonicalJson(job)) as unknown;
  return {
    ...{ key, body, architecture, origin, version, tags, popularity },
    priority: jobPriorities.indexOf(priority),
  };
}
