/**
 * Where a sweep keeps its jobs, attempts and verdicts: a journal in a folder, or a database that many machines share. Both pass the same tests
 * (test/sweep/store-rules.ts) and give the same rows. No clock is read here: a journal is given one, a database has its own.
 */
import type { Sha256 } from '../digest.ts';
import type { Architecture } from '../names.ts';
import type { Attempt, AttemptClass, AttemptCost, JobNeeds } from './attempt.ts';
import type { JobPriority, SweepJob } from './job.ts';
import type { VerdictRow } from './verdict-row.ts';

/** What a worker is: jobs that need more than it offers are not given to it. */
export interface WorkerOffer {
  /** Unique: of its machine, process and start. */
  readonly worker: string;
  /** Those that it can build, emulated ones included where that was allowed. */
  readonly architectures: readonly Architecture[];
  readonly tags: readonly string[];
  readonly memoryBytes: number;
  readonly diskBytes: number;
}

/** A job that a worker holds. Its number fences: what an earlier holder writes is refused. */
export interface Lease {
  readonly job: SweepJob;
  readonly worker: string;
  /** Number of this attempt, from 1. */
  readonly attempt: number;
  /** What earlier attempts showed that it needs, with what the next one is to get of it. */
  readonly needs: JobNeeds;
  /** Milliseconds that the lease lasts after each heartbeat. */
  readonly lasts: number;
}

/** What an attempt came to. `rows` has each package of the job once where it came to a result for each, else none. */
export interface AttemptOutcome {
  readonly class: AttemptClass;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly cost: AttemptCost;
  readonly message: string;
  readonly log: Sha256 | undefined;
  readonly rows: readonly Omit<VerdictRow, 'job' | 'attempt' | 'judgedAt'>[];
}

export type HeartbeatAnswer = 'held' | 'lost' | 'cancelled';

/** `paused`: nothing is taken, what runs goes on. `cancelled`: what runs is ended as well, and goes back to be done once the sweep is resumed. */
export const sweepStates = ['running', 'paused', 'cancelled'] as const;
export type SweepState = (typeof sweepStates)[number];

export interface EnqueueCounts {
  readonly queued: number;
  /** Known by their key, whether judged or still queued. One that waits takes the more urgent priority and the greater popularity of both. */
  readonly known: number;
  /** Known, last judged as `environment-unavailable`, and queued again since their `indexes` differ. */
  readonly reopened: number;
}

export interface SweepCounts {
  readonly state: SweepState;
  readonly queued: number;
  readonly running: number;
  readonly settled: number;
  /** Final without a result (`conclusiveClasses`): dead letters, each with its last attempt. */
  readonly dead: number;
  /** When the first of the queued jobs that wait may be taken, in milliseconds since 1970; undefined where none waits. */
  readonly nextDue: number | undefined;
}

/** What is read of a sweep, in an order that does not depend on when or by whom it was judged: by architecture, origin, version, key; then name or number. */
export interface SweepRecords {
  jobs(): AsyncIterable<SweepJob>;
  attempts(): AsyncIterable<Attempt>;
  /** Those of the last attempt of each job that came to any. */
  verdicts(): AsyncIterable<VerdictRow>;
  /** Keys of jobs that wait or are under way, whatever earlier attempts came to. */
  unfinished(): AsyncIterable<Sha256>;
  counts(): Promise<SweepCounts>;
}

export interface SweepStore extends SweepRecords {
  /** Adds jobs; what has the same key is there once. */
  enqueue(jobs: AsyncIterable<SweepJob> | Iterable<SweepJob>): Promise<EnqueueCounts>;
  /** The most urgent job that the worker can do; undefined where there is none now, and while the sweep is paused. */
  take(offer: WorkerOffer): Promise<Lease | undefined>;
  /** Keeps a lease. The holder of one that is lost or cancelled kills its build. */
  heartbeat(lease: Lease): Promise<HeartbeatAnswer>;
  /** Writes the attempt and its rows, and queues the job again where its class says so, in one step. `stale`: somebody else holds it; nothing was written. */
  settle(lease: Lease, outcome: AttemptOutcome): Promise<'settled' | 'stale'>;
  /** Queues jobs again that are final, as if they were new; returns how many were. */
  reopen(keys: Iterable<Sha256>, priority: JobPriority): Promise<number>;
  setState(state: SweepState): Promise<void>;
  close(): Promise<void>;
}
