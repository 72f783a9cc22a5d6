/** What is read of a sweep in a database. */
import type { JsonObject } from '../../formats/bounded-json.ts';
import { refuse } from '../../report/saved/decoder.ts';
import { holdKeptRow } from '../held-rows.ts';
import { attempt as attemptDecoder, sweepJob, verdictRow } from '../sweep-decoders.ts';
import { type SweepCounts, type SweepRecords, sweepStates } from '../sweep-store.ts';
import { requireTables } from './migrations.ts';
import { Database, type DatabaseOptions } from './postgres.ts';
import { keyOf, numberOf, textOf } from './stored-row.ts';
import { jobOf } from './taking.ts';

/** The most rows that are read at once. */
const page = 1000;
/** What a worker may have written of one attempt or one package, in bytes: more is not even sent. */
const mostBytes = 256 * 1024;

/**
 * Opens a sweep to read it: nothing is written, and no table is made or changed. `undefined` where the database has none. Fails with `unreachable`, or
 * with `usage` for tables of a different version.
 */
export async function openDatabaseRecords(
  options: DatabaseOptions,
): Promise<(SweepRecords & { close(): Promise<void> }) | undefined> {
  const database = await Database.open({ ...options, readOnly: true });
  try {
    if (await requireTables(database))
      return Object.assign(databaseRecords(database), { close: () => database.close() });
  } catch (failure) {
    await database.close();
    throw failure;
  }
  await database.close();
  return undefined;
}

export function databaseRecords(database: Database): SweepRecords {
  return {
    async *jobs() {
      for await (const row of inOrder(database, 'priority, popularity', '', '')) yield jobOf(row);
    },
    async *attempts() {
      const joined = 'join wolfi_repro.attempt as item on item.job = job.key';
      for await (const row of inOrder(database, 'item.number as part', joined, 'item.number'))
        yield attemptDecoder(row['body'], 'attempt');
    },
    async *verdicts() {
      const joined = 'join wolfi_repro.verdict as item on item.job = job.key';
      for await (const row of inOrder(database, 'item.name as part, job.body as listed', joined, 'item.name'))
        yield holdKeptRow(sweepJob(row['listed'], 'job'), verdictRow(row['body'], 'verdict'));
    },
    async *unfinished() {
      const rows = await database.query(
        `select key from wolfi_repro.job where state in ('queued', 'running') order by ${jobOrder}`,
      );
      for (const row of rows) yield keyOf(row);
    },
    counts: () => countsOf(database),
  };
}

const jobOrder = 'job.architecture, job.origin, job.version, job.key';

async function countsOf(database: Database): Promise<SweepCounts> {
  const [row] = await database.query(
    `select (select state from wolfi_repro.sweep) as sweep,
       count(*) filter (where state = 'queued') as queued, count(*) filter (where state = 'running') as running,
       count(*) filter (where state = 'settled') as settled, count(*) filter (where state = 'dead') as dead,
       extract(epoch from min(run_after) filter (where state = 'queued' and run_after > clock_timestamp())) * 1000 as due
     from wolfi_repro.job`,
  );
  if (row === undefined) return refuse('counts', 'a row');
  return {
    state: sweepStates.find((each) => each === row['sweep']) ?? refuse('state', sweepStates.join(', ')),
    queued: numberOf(row, 'queued'),
    running: numberOf(row, 'running'),
    settled: numberOf(row, 'settled'),
    dead: numberOf(row, 'dead'),
    nextDue: row['due'] === null ? undefined : Math.ceil(numberOf(row, 'due')),
  };
}

/** Rows in the order of their jobs, a page at a time: whoever reads slowly holds no transaction open. */
async function* inOrder(
  database: Database,
  columns: string,
  joined: string,
  part: string,
): AsyncGenerator<JsonObject> {
  const order = `${jobOrder}${part === '' ? '' : `, ${part}`}`;
  const bounded = `case when octet_length(item.body::text) <= ${mostBytes} then item.body end`;
  const body = joined === '' ? 'job.body' : bounded;
  let after: unknown[] | undefined;
  for (;;) {
    const bounds = (after ?? []).map((_, at) => `$${at + 1}`).join(', ');
    const rows = await database.query(
      `select job.architecture, job.origin, job.version, job.key, ${body} as body, ${columns}
       from wolfi_repro.job ${joined} ${after === undefined ? '' : `where (${order}) > (${bounds})`}
       order by ${order} limit ${page}`,
      after,
    );
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < page) return;
    const key = ['architecture', 'origin', 'version', 'key'].map((column) => textOf(last, column));
    after = part === '' ? key : [...key, last['part']];
  }
}
