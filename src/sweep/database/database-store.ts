/** The store of a sweep in PostgreSQL, which any number of machines share. Its clock is that of the database. */
import { randomUUID } from 'node:crypto';
import type { Sha256 } from '../../digest.ts';
import type { JsonObject } from '../../formats/bounded-json.ts';
import { refuse } from '../../report/saved/decoder.ts';
import type { Attempt } from '../attempt.ts';
import type { JobPriority, SweepJob } from '../job.ts';
import { attempt as attemptDecoder, verdictRow } from '../sweep-decoders.ts';
import {
  type AttemptOutcome,
  type EnqueueCounts,
  type HeartbeatAnswer,
  type Lease,
  type SweepCounts,
  type SweepState,
  type SweepStore,
  sweepStates,
  type WorkerOffer,
} from '../sweep-store.ts';
import type { VerdictRow } from '../verdict-row.ts';
import { enqueueBatch, reopenJobs } from './enqueuing.ts';
import { keepLease } from './heartbeat.ts';
import { migrate } from './migrations.ts';
import { Database, type DatabaseOptions } from './postgres.ts';
import { settleLease } from './settling.ts';
import { numberOf, textOf } from './stored-row.ts';
import { endLostLeases, jobOf, noteWorker, takeJob } from './taking.ts';

/** A worker keeps its lease every 20 s, and 90 s without a word end it: four may be lost. */
const leaseMilliseconds = 90_000;

/** The most jobs of one transaction. */
const batch = 500;
/** The most rows that are read at once. */
const page = 1000;

export interface DatabaseStoreOptions extends DatabaseOptions {
  readonly leaseMilliseconds?: number;
}

/** Opens the store, and makes or updates its tables. Fails with `unreachable`, or with `usage` for tables of a later version. */
export async function openDatabaseStore(options: DatabaseStoreOptions): Promise<SweepStore> {
  const database = await Database.open(options);
  try {
    await migrate(database);
  } catch (failure) {
    await database.close();
    throw failure;
  }
  return new DatabaseStore(database, options.leaseMilliseconds ?? leaseMilliseconds);
}

class DatabaseStore implements SweepStore {
  readonly #database: Database;
  readonly #lasts: number;

  constructor(database: Database, lasts: number) {
    this.#database = database;
    this.#lasts = lasts;
  }

  async enqueue(jobs: AsyncIterable<SweepJob> | Iterable<SweepJob>): Promise<EnqueueCounts> {
    let total = { queued: 0, known: 0, reopened: 0 };
    let waiting = new Map<Sha256, SweepJob>();
    const flush = async () => {
      const all = [...waiting.values()];
      waiting = new Map();
      if (all.length === 0) return;
      const counts = await this.#database.transaction((queries) => enqueueBatch(queries, all));
      total = added(total, counts);
    };
    for await (const job of jobs) {
      if (waiting.has(job.key)) await flush();
      waiting.set(job.key, job);
      if (waiting.size === batch) await flush();
    }
    await flush();
    // The server would find out by itself, within minutes in which it sorted the whole queue for each taking.
    if (total.queued >= batch) await this.#database.query('analyze wolfi_repro.job');
    return total;
  }

  async take(offer: WorkerOffer): Promise<Lease | undefined> {
    const taking = { lasts: this.#lasts, token: randomUUID() };
    await this.#database.transaction(async (queries) => {
      await noteWorker(queries, offer, this.#lasts);
      await endLostLeases(queries, this.#lasts);
    });
    return this.#database.transaction((queries) => takeJob(queries, offer, taking));
  }

  heartbeat(lease: Lease): Promise<HeartbeatAnswer> {
    return this.#database.transaction((queries) => keepLease(queries, lease));
  }

  settle(lease: Lease, outcome: AttemptOutcome): Promise<'settled' | 'stale'> {
    const token = randomUUID();
    return this.#database.transaction((queries) => settleLease(queries, lease, outcome, token));
  }

  reopen(keys: Iterable<Sha256>, priority: JobPriority): Promise<number> {
    return this.#database.transaction((queries) => reopenJobs(queries, [...keys], priority));
  }

  async setState(state: SweepState): Promise<void> {
    await this.#database.query('update wolfi_repro.sweep set state = $1', [state]);
  }

  async counts(): Promise<SweepCounts> {
    const [row] = await this.#database.query(
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

  async *jobs(): AsyncGenerator<SweepJob> {
    for await (const row of this.#inOrder('priority, popularity', '', '')) yield jobOf(row);
  }

  async *attempts(): AsyncGenerator<Attempt> {
    const joined = 'join wolfi_repro.attempt as item on item.job = job.key';
    for await (const row of this.#inOrder('item.number as part', joined, 'item.number'))
      yield attemptDecoder(row['body'], 'attempt');
  }

  async *verdicts(): AsyncGenerator<VerdictRow> {
    const joined = 'join wolfi_repro.verdict as item on item.job = job.key';
    for await (const row of this.#inOrder('item.name as part', joined, 'item.name'))
      yield verdictRow(row['body'], 'verdict');
  }

  /** Rows in the order of their jobs, a page at a time: whoever reads slowly holds no transaction open. */
  async *#inOrder(columns: string, joined: string, part: string): AsyncGenerator<JsonObject> {
    const order = `job.architecture, job.origin, job.version, job.key${part === '' ? '' : `, ${part}`}`;
    const body = joined === '' ? 'job.body' : 'item.body';
    let after: unknown[] | undefined;
    for (;;) {
      const bounds = (after ?? []).map((_, at) => `$${at + 1}`).join(', ');
      const rows = await this.#database.query(
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

  async close(): Promise<void> {
    await this.#database.close();
  }
}

function added(a: EnqueueCounts, b: EnqueueCounts): EnqueueCounts {
  return { queued: a.queued + b.queued, known: a.known + b.known, reopened: a.reopened + b.reopened };
}
