/** Works off a sweep on this machine until nothing is left that can be done now, and stops by itself where going on would only waste it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { AttemptClass } from './attempt.ts';
import type { Lease, WorkerOffer } from './sweep-store.ts';
import type { Kept, LeaseKeeper } from './worker/lease-keeper.ts';
import { type JobSource, type JudgeJob, type WorkEvent, work } from './worker/work.ts';

export interface RunSweepOptions {
  readonly store: JobSource;
  /** Keeps what is taken; where there is none, the store is asked in between whether it is still held. */
  readonly keeper?: LeaseKeeper;
  /** Whether it goes on where nothing is left, since others may bring more. */
  readonly isLasting?: boolean;
  readonly judge: JudgeJob;
  /** What this machine is; the disk space that it offers is looked at each time. */
  readonly offer: Omit<WorkerOffer, 'diskBytes'>;
  /** Bytes that are free for builds. */
  readonly freeBytes: () => number;
  /** Builds at once. */
  readonly slots: number;
  /** Take nothing more; what runs goes on. */
  readonly drain: AbortSignal;
  /** End what runs and give it back. */
  readonly end: AbortSignal;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly onEvent: (event: WorkEvent | { readonly kind: 'waiting'; readonly why: string }) => void;
  /** Milliseconds between two questions where there is nothing to do, and for which a job that waits is waited for. */
  readonly pace?: { readonly idle: number; readonly patience: number };
}

/** Why a run ended. */
export type RunEnd =
  /** Nothing is left that could be done now. */
  | { readonly kind: 'done' }
  | { readonly kind: 'paused' | 'cancelled' | 'drained' }
  /** The machine is at fault, and would be for every job. */
  | { readonly kind: 'stopped'; readonly why: string };

const usualPace = { idle: 1000, patience: 15 * 60_000 };
/** Bytes that stay free for everything else. */
const reservedBytes = 2 * 1024 ** 3;
/** Trouble of the machine in a row, after which it is not the jobs. */
const mostUnfit = 3;
/** Unreached servers in a row, after which all wait; then twice as long each time. */
const mostUnreached = 3;
const longestWait = 10 * 60_000;

/** Runs until it ends by itself or is told to. */
export async function runSweep(options: RunSweepOptions): Promise<RunEnd> {
  const { store, judge, slots, drain, end, now, onEvent, pace = usualPace } = options;
  const course = new Course(options, pace);
  const { keeper = pollingKeeper(store, pace.idle) } = options;
  const stop = AbortSignal.any([drain, course.ended.signal]);
  try {
    await work({
      store: course.store(),
      keeper,
      judge,
      offer: () => ({ ...options.offer, diskBytes: course.offeredBytes() }),
      slots,
      idleMilliseconds: pace.idle,
      untilDone: false,
      drain: stop,
      end,
      now,
      onEvent: (event) => {
        course.note(event);
        onEvent(event);
      },
    });
  } finally {
    await keeper.close();
  }
  const { state } = await store.counts();
  return course.outcome ?? (state === 'running' ? { kind: 'drained' } : { kind: state });
}

/** How a run goes: what it holds, and what went wrong of late. */
class Course {
  readonly ended = new AbortController();
  outcome: RunEnd | undefined;
  readonly #options: RunSweepOptions;
  readonly #pace: NonNullable<RunSweepOptions['pace']>;
  /** Disk space that running builds are known to need. */
  readonly #held = new Map<Lease, number>();
  #unfit: string[] = [];
  #unreached = 0;
  #notBefore = 0;
  #dueBefore: number | undefined;

  constructor(options: RunSweepOptions, pace: NonNullable<RunSweepOptions['pace']>) {
    this.#options = options;
    this.#pace = pace;
  }

  /** The store, which gives nothing out where that would be a waste. */
  store(): JobSource {
    const { store } = this.#options;
    return {
      take: async (offer) => {
        if (this.ended.signal.aborted || !this.#mayTake()) return undefined;
        const lease = await store.take(offer);
        if (lease === undefined) await this.#endWhereIdle();
        else this.#held.set(lease, lease.needs.diskBytes);
        return lease;
      },
      settle: (lease, outcome) => store.settle(lease, outcome),
      heartbeat: (lease) => store.heartbeat(lease),
      counts: () => store.counts(),
    };
  }

  offeredBytes(): number {
    const held = [...this.#held.values()].reduce((sum, bytes) => sum + bytes, 0);
    return Math.max(0, this.#options.freeBytes() - reservedBytes - held);
  }

  #mayTake(): boolean {
    const { now, onEvent } = this.#options;
    if (now() < this.#notBefore) return false;
    if (this.offeredBytes() > 0) return true;
    const isLasting = this.#options.isLasting ?? false;
    if (this.#held.size === 0 && !isLasting)
      this.#end({ kind: 'stopped', why: 'too little disk space is free' });
    else onEvent({ kind: 'waiting', why: 'too little disk space is free' });
    return false;
  }

  async #endWhereIdle(): Promise<void> {
    const { store, now, isLasting = false } = this.#options;
    if (this.#held.size > 0 || isLasting) return;
    const { state, nextDue } = await store.counts();
    if (state !== 'running') this.#end({ kind: state });
    else if (nextDue === undefined || nextDue > now() + this.#pace.patience) this.#end({ kind: 'done' });
    // What was due when it was last asked for and is not given out is for a different machine.
    else if (nextDue === this.#dueBefore) this.#end({ kind: 'done' });
    this.#dueBefore = nextDue !== undefined && nextDue <= now() ? nextDue : undefined;
  }

  #end(outcome: RunEnd): void {
    this.outcome ??= outcome;
    this.ended.abort();
  }

  note(event: WorkEvent): void {
    if (event.kind === 'taken') return;
    this.#held.delete(event.lease);
    if (event.kind === 'settled') this.#noteClass(event.outcome.class, event.outcome.message);
  }

  #noteClass(ended: AttemptClass, message: string): void {
    this.#unfit = ended === 'worker-unfit' ? [...this.#unfit, message].slice(-mostUnfit) : [];
    if (this.#unfit.length >= mostUnfit) this.#end({ kind: 'stopped', why: message });
    this.#unreached = ended === 'network' ? this.#unreached + 1 : 0;
    if (this.#unreached < mostUnreached) return;
    const wait = Math.min(longestWait, 15_000 * 2 ** (this.#unreached - mostUnreached));
    this.#notBefore = this.#options.now() + wait;
    this.#options.onEvent({ kind: 'waiting', why: 'servers cannot be reached' });
  }
}

/** Asks for each lease whether it is still held: a journal shows within this process that a sweep was cancelled. */
function pollingKeeper(store: JobSource, pace: number): LeaseKeeper {
  const closed = new AbortController();
  const follow = async (lease: Lease, controller: AbortController, until: AbortSignal) => {
    while (!until.aborted) {
      const answer = await store.heartbeat(lease);
      if (answer !== 'held' && !until.aborted) return controller.abort(answer);
      await sleep(pace, undefined, { signal: until }).catch(() => undefined);
    }
  };
  return {
    keep(lease): Kept {
      const controller = new AbortController();
      const released = new AbortController();
      const until = AbortSignal.any([closed.signal, released.signal]);
      void follow(lease, controller, until).catch((failure: unknown) => controller.abort(failure));
      return { signal: controller.signal, release: () => released.abort() };
    },
    close: async () => closed.abort(),
  };
}
