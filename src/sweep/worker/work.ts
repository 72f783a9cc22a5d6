/** A worker: takes jobs, has them judged, settles them; until it is told to stop. */

import { setTimeout as sleep } from 'node:timers/promises';
import { noCost } from '../attempt.ts';
import type { AttemptOutcome, Lease, SweepStore, WorkerOffer } from '../sweep-store.ts';
import type { EndReason, LeaseKeeper } from './lease-keeper.ts';

/** Judges one job. Once the signal is aborted it ends everything that it started, and what it then returns is not used. */
export type JudgeJob = (lease: Lease, signal: AbortSignal) => Promise<AttemptOutcome>;

export type WorkEvent =
  | { readonly kind: 'taken'; readonly lease: Lease }
  | { readonly kind: 'settled'; readonly lease: Lease; readonly outcome: AttemptOutcome }
  /** A different worker has the job: what was found is thrown away. */
  | { readonly kind: 'lost'; readonly lease: Lease }
  | { readonly kind: 'given-back'; readonly lease: Lease };

/** Where jobs come from and results go to. */
export type JobSource = Pick<SweepStore, 'take' | 'heartbeat' | 'settle' | 'counts'>;

export interface WorkOptions {
  readonly store: JobSource;
  readonly keeper: LeaseKeeper;
  readonly judge: JudgeJob;
  /** What is offered, asked for before each taking: free disk changes. */
  readonly offer: () => WorkerOffer;
  /** Jobs at once. */
  readonly slots: number;
  /** Until the next question where there is nothing to do. */
  readonly idleMilliseconds: number;
  /** Whether it ends once nothing is left to be done, by anybody. */
  readonly untilDone: boolean;
  /** Take nothing more; what runs goes on. */
  readonly drain: AbortSignal;
  /** End what runs and give it back. */
  readonly end: AbortSignal;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly onEvent: (event: WorkEvent) => void;
}

/** Works until it is drained, or everything is done. Fails where the store does. */
export async function work(options: WorkOptions): Promise<void> {
  const slots = Array.from({ length: options.slots }, () => workInSlot(options));
  await Promise.all(slots);
}

async function workInSlot(options: WorkOptions): Promise<void> {
  const { store, drain, end, idleMilliseconds, untilDone } = options;
  while (!drain.aborted && !end.aborted) {
    const lease = await store.take(options.offer());
    if (lease !== undefined) await workOn(lease, options);
    else if (untilDone && (await isDone(store))) return;
    else await idle(idleMilliseconds, [drain, end]);
  }
}

async function isDone(store: JobSource): Promise<boolean> {
  const { queued, running } = await store.counts();
  return queued === 0 && running === 0;
}

async function idle(milliseconds: number, signals: readonly AbortSignal[]): Promise<void> {
  await sleep(milliseconds, undefined, { signal: AbortSignal.any([...signals]) }).catch(() => undefined);
}

async function workOn(lease: Lease, { store, keeper, judge, end, now, onEvent }: WorkOptions): Promise<void> {
  onEvent({ kind: 'taken', lease });
  const kept = keeper.keep(lease);
  const signal = AbortSignal.any([kept.signal, end]);
  const startedAt = now();
  try {
    const outcome = await judge(lease, signal);
    if (!signal.aborted) {
      const answer = await store.settle(lease, outcome);
      onEvent(answer === 'settled' ? { kind: 'settled', lease, outcome } : { kind: 'lost', lease });
      return;
    }
  } catch (failure) {
    if (!signal.aborted) throw failure;
  } finally {
    kept.release();
  }
  if ((kept.signal.reason as EndReason | undefined) === 'lost') return onEvent({ kind: 'lost', lease });
  await store.settle(lease, givenBack(startedAt, now()));
  onEvent({ kind: 'given-back', lease });
}

/** The job goes back as it was. */
function givenBack(startedAt: number, endedAt: number): AttemptOutcome {
  return {
    class: 'cancelled',
    startedAt,
    endedAt,
    cost: noCost,
    message: '',
    log: undefined,
    rows: [],
  };
}
