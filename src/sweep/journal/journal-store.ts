/** The store of a sweep on one machine: a folder with a journal, owned by one process. */
import { mkdirSync } from 'node:fs';
import type { Sha256 } from '../../digest.ts';
import { Failure } from '../../failure.ts';
import { type Attempt, noCost } from '../attempt.ts';
import { heldOutcome } from '../held-rows.ts';
import { compareUrgency, type JobPriority, jobPriorities, type SweepJob } from '../job.ts';
import { decideRetry } from '../sweep-retry.ts';
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
import { type JournalLock, takeLock } from './journal-lock.ts';
import type { Again, JournalRecord } from './journal-record.ts';
import { jobOf, type ReadJournal, readJournal, recordsOf } from './journal-records.ts';
import { writeSnapshot } from './journal-snapshot.ts';
import type { JournalEntry } from './journal-state.ts';
import { type LeftRecord, leftFiles, readLeft, removeLeft } from './left-records.ts';
import { readSweepState, writeSweepState } from './state-file.ts';

/** Lines that are written and synced together. */
const mostTogether = 1000;

/**
 * Opens the journal of a folder, which is made where it does not exist. What ran when its last owner ended is lost and counts as an attempt. Fails with
 * `usage` where a process has it open, and for a journal that is damaged.
 * @param now milliseconds since 1970
 */
export function openJournal(folder: string, now: () => number): SweepStore {
  mkdirSync(folder, { recursive: true });
  const lock = takeLock(folder);
  try {
    const journal = readJournal(folder, true);
    journal.file.dropTorn();
    const store = new JournalStore(journal, lock, now);
    store.loseRunning();
    store.takeOver('all');
    return store;
  } catch (failure) {
    lock.release();
    throw failure;
  }
}

class JournalStore implements SweepStore {
  readonly #journal: ReadJournal;
  readonly #lock: JournalLock;
  readonly #now: () => number;
  readonly #records: SweepRecords;
  /** Those that came for a job, by whom a job may be tried elsewhere. */
  readonly #workers = new Set<string>();
  /** Keys of queued jobs, the most urgent first; undefined where it has to be made again. */
  #queue: Sha256[] | undefined;

  constructor(journal: ReadJournal, lock: JournalLock, now: () => number) {
    this.#journal = journal;
    this.#lock = lock;
    this.#now = now;
    this.#records = recordsOf(journal);
  }

  jobs = () => this.#records.jobs();
  attempts = () => this.#records.attempts();
  verdicts = () => this.#records.verdicts();
  unfinished = () => this.#records.unfinished();
  counts = () => this.#records.counts();

  /** Ends the attempts of an owner that is gone. */
  loseRunning(): void {
    const lost: JournalRecord[] = [];
    for (const { key, state, attempts, before } of this.#journal.state.entries.values()) {
      if (state.kind !== 'running') continue;
      const at = this.#now();
      const attempt: Attempt = {
        job: key,
        number: state.number,
        worker: state.worker,
        startedAt: at,
        endedAt: at,
        class: 'worker-lost',
        cost: noCost,
        message: 'the process that judged it ended',
        log: undefined,
      };
      const again = againAfter([...attempts.slice(before), attempt], at);
      lost.push({ kind: 'settled', attempt, rows: [], again });
    }
    this.#write(lost);
  }

  async enqueue(jobs: AsyncIterable<SweepJob> | Iterable<SweepJob>): Promise<EnqueueCounts> {
    const counts = { queued: 0, known: 0, reopened: 0 };
    let together: SweepJob[] = [];
    for await (const job of jobs) {
      together.push(job);
      if (together.length < mostTogether) continue;
      this.#enqueue(together, counts);
      together = [];
    }
    this.#enqueue(together, counts);
    return counts;
  }

  #enqueue(jobs: readonly SweepJob[], counts = { queued: 0, known: 0, reopened: 0 }): void {
    let pending = new Map<Sha256, JournalRecord>();
    const flush = () => {
      this.#write([...pending.values()]);
      pending = new Map();
    };
    for (const job of jobs) {
      if (pending.has(job.key)) flush();
      const entry = this.#journal.state.entries.get(job.key);
      const record = entry === undefined ? ({ kind: 'job', job } as const) : changeOf(entry, job);
      if (record !== undefined) pending.set(job.key, record);
      counts[entry === undefined ? 'queued' : record?.kind === 'reopened' ? 'reopened' : 'known'] += 1;
    }
    flush();
  }

  /**
   * Takes over what commands left. A file that cannot be read is left where it is: it must not end the builds that run, and the next opening names it.
   * @param which `readable` leaves alone what cannot be read; with `all` that fails with `usage`
   */
  takeOver(which: 'all' | 'readable'): void {
    for (const path of leftFiles(this.#journal.folder)) {
      const records = leftRecords(path, which);
      if (records === undefined) continue;
      this.#enqueue(records.flatMap((each) => (each.kind === 'job' ? each.job : [])));
      this.#reopen(records.flatMap((each) => (each.kind === 'reopened' ? each : [])));
      removeLeft(path);
    }
  }

  async take(offer: WorkerOffer): Promise<Lease | undefined> {
    this.#workers.add(offer.worker);
    this.takeOver('readable');
    if (readSweepState(this.#journal.folder) !== 'running') return undefined;
    const { state } = this.#journal;
    this.#queue ??= [...state.entries.values()]
      .filter((entry) => entry.state.kind === 'queued')
      .sort(compareUrgency)
      .map(({ key }) => key);
    const at = this.#queue.findIndex((key) => this.#suits(state.entries.get(key)!, offer));
    if (at < 0) return undefined;
    const [key] = this.#queue.splice(at, 1);
    const entry = state.entries.get(key!)!;
    const { worker } = offer;
    const attempt = (entry.attempts.at(-1)?.number ?? 0) + 1;
    this.#write([{ kind: 'taken', key: entry.key, number: attempt, worker }]);
    const needs = state.needsOf(entry);
    return { job: jobOf(this.#journal, entry), worker, attempt, needs, lasts: Number.POSITIVE_INFINITY };
  }

  #suits(entry: JournalEntry, { worker, architectures, tags, memoryBytes, diskBytes }: WorkerOffer): boolean {
    const again = entry.state.kind === 'queued' ? entry.state.again : undefined;
    if (again !== undefined) {
      if (again.from > this.#now()) return false;
      if (again.notBy === worker && this.#workers.size > 1) return false;
    }
    const needs = this.#journal.state.needsOf(entry);
    return (
      architectures.includes(entry.architecture) &&
      entry.tags.every((tag) => tags.includes(tag)) &&
      needs.memoryBytes <= memoryBytes &&
      needs.diskBytes <= diskBytes
    );
  }

  async heartbeat(lease: Lease): Promise<HeartbeatAnswer> {
    if (!this.#holds(lease)) return 'lost';
    return readSweepState(this.#journal.folder) === 'cancelled' ? 'cancelled' : 'held';
  }

  #holds({ job, worker, attempt }: Lease): boolean {
    const state = this.#journal.state.entries.get(job.key)?.state;
    return state?.kind === 'running' && state.number === attempt && state.worker === worker;
  }

  async settle(lease: Lease, outcome: AttemptOutcome): Promise<'settled' | 'stale'> {
    if (!this.#holds(lease)) return 'stale';
    const entry = this.#journal.state.entries.get(lease.job.key)!;
    const { attempt, rows } = heldOutcome(jobOf(this.#journal, entry), lease, outcome);
    const again = againAfter([...entry.attempts.slice(entry.before), attempt], this.#now());
    this.#write([{ kind: 'settled', attempt, rows, again }]);
    return 'settled';
  }

  async reopen(keys: Iterable<Sha256>, priority: JobPriority): Promise<number> {
    return this.#reopen([...new Set(keys)].map((key) => ({ key, priority })));
  }

  #reopen(wanted: readonly { readonly key: Sha256; readonly priority: JobPriority }[]): number {
    const { entries } = this.#journal.state;
    const final = wanted.filter(({ key }) => entries.get(key)?.state.kind === 'final');
    this.#write(final.map(({ key, priority }) => ({ kind: 'reopened', key, priority })));
    return final.length;
  }

  setState(state: SweepState): Promise<void> {
    return writeSweepState(this.#journal.folder, state);
  }

  async close(): Promise<void> {
    const { folder, file, state } = this.#journal;
    try {
      await writeSnapshot(folder, file, state);
    } finally {
      file.close();
      this.#lock.release();
    }
  }

  /** Nothing is believed in memory that is not on disk. */
  #write(records: readonly JournalRecord[]): void {
    if (records.length === 0) return;
    const { file, state } = this.#journal;
    const places = file.append(records.map((record) => JSON.stringify(record)));
    records.forEach((record, at) => {
      const wrong = state.follow(record, places[at]!);
      if (wrong !== undefined) throw new Failure('internal', `a line of the journal is wrong: ${wrong}`);
    });
    if (records.some(changesQueue)) this.#queue = undefined;
  }
}

function leftRecords(path: string, which: 'all' | 'readable'): LeftRecord[] | undefined {
  try {
    return readLeft(path);
  } catch (failure) {
    if (which === 'readable' && failure instanceof Failure) return undefined;
    throw failure;
  }
}

function changesQueue(record: JournalRecord): boolean {
  return record.kind === 'settled' ? record.again !== undefined : record.kind !== 'taken';
}

/** What another plan changes about a job that is known; undefined where that is nothing. */
function changeOf(entry: JournalEntry, job: SweepJob): JournalRecord | undefined {
  const { key, state, attempts } = entry;
  const { indexes } = job;
  if (state.kind === 'final') {
    const wants = attempts.at(-1)?.class === 'environment-unavailable' && indexes !== entry.indexes;
    return wants ? { kind: 'reopened', key, priority: job.priority, indexes } : undefined;
  }
  const rank = (priority: JobPriority) => jobPriorities.indexOf(priority);
  const priority = rank(job.priority) < rank(entry.priority) ? job.priority : entry.priority;
  const popularity = Math.max(job.popularity, entry.popularity);
  if (priority === entry.priority && popularity === entry.popularity) return undefined;
  return { kind: 'raised', key, priority, popularity };
}

function againAfter(
  attempts: readonly Pick<Attempt, 'class' | 'worker'>[],
  endedAt: number,
): Again | undefined {
  const retry = decideRetry(attempts);
  if (retry.kind === 'final') return undefined;
  const { after, notBy } = retry;
  return { from: endedAt + after, ...(notBy === undefined ? {} : { notBy }) };
}
