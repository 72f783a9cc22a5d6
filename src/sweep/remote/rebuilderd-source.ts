/** The worker's side of a rebuilderd: it takes jobs from it, keeps them, and reports to it, as from and to the store of a sweep. */

import { noCost } from '../attempt.ts';
import type { AttemptOutcome, Lease } from '../sweep-store.ts';
import type { LeaseKeeper } from '../worker/lease-keeper.ts';
import type { JobSource } from '../worker/work.ts';
import type { Rebuilderd, RebuilderdJob } from './rebuilderd-api.ts';
import { jobOfAssignment, type ReportTerms, reportOf } from './rebuilderd-jobs.ts';

/** rebuilderd's own workers ping each 60 s; it gives a job away after nine of them (common/src/config.rs). */
const pingMilliseconds = 60_000;
const lasts = 9 * pingMilliseconds;

export interface SourceTerms extends ReportTerms {
  /** Names of distributions. */
  readonly backends: readonly string[];
  /** Version of this program. */
  readonly tool: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly pingMilliseconds?: number;
}

const nothing = { memoryBytes: 0, diskBytes: 0, seconds: 0 };

/** Opens it; `keeper` keeps the jobs that `source` gave. */
export function rebuilderdSource(
  rebuilderd: Rebuilderd,
  terms: SourceTerms,
): { readonly source: JobSource; readonly keeper: LeaseKeeper } {
  const assigned = new WeakMap<Lease, RebuilderdJob>();
  const source: JobSource = {
    // How much is queued is the daemon's own affair: there may always be more.
    counts: async () => ({
      state: 'running',
      queued: 0,
      running: 0,
      settled: 0,
      dead: 0,
      nextDue: undefined,
    }),
    async take({ worker, architectures }) {
      const job = await rebuilderd.pop(terms.backends, architectures);
      if (job === undefined) return undefined;
      try {
        const own = jobOfAssignment(job, terms.tool);
        const lease: Lease = { job: own, worker, attempt: 1, needs: nothing, lasts };
        assigned.set(lease, job);
        return lease;
      } catch (failure) {
        // The daemon has to hear of it, or it would give the same job again for ever.
        const report = await reportOf(job, impossible(failure, terms.now()), terms);
        if (report !== undefined) await rebuilderd.report(report);
        return undefined;
      }
    },
    heartbeat: async (lease) => ((await rebuilderd.ping(assigned.get(lease)!.id)) ? 'held' : 'lost'),
    async settle(lease, outcome) {
      const job = assigned.get(lease)!;
      const report = await reportOf(job, outcome, terms);
      if (report === undefined) return 'settled';
      // The daemon takes a report from whoever sends it.
      if (!(await rebuilderd.ping(job.id))) return 'stale';
      await rebuilderd.report(report);
      return 'settled';
    },
  };
  return { source, keeper: pingKeeper(rebuilderd, assigned, terms.pingMilliseconds ?? pingMilliseconds) };
}

function pingKeeper(
  rebuilderd: Rebuilderd,
  assigned: WeakMap<Lease, RebuilderdJob>,
  milliseconds: number,
): LeaseKeeper {
  const timers = new Set<NodeJS.Timeout>();
  return {
    keep(lease) {
      const controller = new AbortController();
      const { id } = assigned.get(lease)!;
      const timer = setInterval(() => {
        rebuilderd.ping(id).then(
          (isOurs) => isOurs || controller.abort('lost'),
          // It may be back for the next one.
          () => undefined,
        );
      }, milliseconds);
      timers.add(timer);
      return {
        signal: controller.signal,
        release() {
          clearInterval(timer);
          timers.delete(timer);
        },
      };
    },
    async close() {
      for (const timer of timers) clearInterval(timer);
    },
  };
}

function impossible(failure: unknown, now: number): AttemptOutcome {
  const message = failure instanceof Error ? failure.message : 'the assignment cannot be read';
  const none = { cost: noCost, log: undefined, rows: [] };
  return { class: 'inconclusive', startedAt: now, endedAt: now, message, ...none };
}
