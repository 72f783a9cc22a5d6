/** The store of a sweep in PostgreSQL, which any number of machines share. Its clock is that of the database. */
import { randomUUID } from 'node:crypto';
import type { Sha256 } from '../../digest.ts';
import type { JobPriority, SweepJob } from '../job.ts';
import type {
  AttemptOutcome,
  EnqueueCounts,
  HeartbeatAnswer,
  Lease,
  SweepRecords,
  SweepState,
  SweepStore,
  WorkerOffer,
} from '../sweep-store.ts';
import { databaseRecords } from './database-records.ts';
import { enqueueBatch, reopenJobs } from './enqueuing.ts';
import { keepLease } from './heartbeat.ts';
import { migrate } from './migrations.ts';
import { Database, type DatabaseOptions } from './postgres.ts';
import { settleLease } from './settling.ts';
import { endLostLeases, noteWorker, takeJob } from './taking.ts';

/** A worker keeps its lease every 20 s, and 90 s without a word end it: four may be lost. */
const leaseMilliseconds = 90_000;

/** The most jobs of one transaction. */
const batch = 500;

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
  readonly #records: SweepRecords;
  readonly #lasts: number;

  constructor(database: Database, lasts: number) {
    this.#database = database;
    this.#records = databaseRecords(database);
    this.#lasts = lasts;
  }

  jobs = () => this.#records.jobs();
  attempts = () => this.#records.attempts();
  verdicts = () => this.#records.verdicts();
  unfinished = () => this.#records.unfinished();
  counts = () => this.#records.counts();

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

  async close(): Promise<void> {
    await this.#database.close();
  }
}

function added(a: EnqueueCounts, b: EnqueueCounts): EnqueueCounts {
  return { queued: a.queued + b.queued, known: a.known + b.known, reopened: a.reopened + b.reopened };
}
