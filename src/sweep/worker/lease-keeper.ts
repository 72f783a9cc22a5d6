/** Keeps leases from a thread of its own, so that a process that is busy does not look like one that is gone. */
import { Worker } from 'node:worker_threads';
import { Failure } from '../../failure.ts';
import type { Lease } from '../sweep-store.ts';
import type { FromLeaseThread, LeaseThreadData, ToLeaseThread } from './lease-messages.ts';

/** Why a build is ended. */
export type EndReason = 'lost' | 'cancelled';

export interface Kept {
  /** Aborted once the lease is lost or the sweep is cancelled, with the reason. */
  readonly signal: AbortSignal;
  release(): void;
}

export interface LeaseKeeper {
  keep(lease: Lease): Kept;
  close(): Promise<void>;
}

/** Starts the thread. If it ends, every lease counts as lost, and `failed` fails. */
export function startLeaseKeeper(
  url: string,
  onTrouble: (text: string) => void,
): LeaseKeeper & { readonly failed: Promise<never> } {
  const workerData: LeaseThreadData = { url };
  const thread = new Worker(new URL('./lease-thread.js', import.meta.url), { workerData });
  const kept = new Map<string, AbortController>();
  const tell = (message: ToLeaseThread) => thread.postMessage(message);
  let closing = false;
  const failed = new Promise<never>((_, reject) => {
    const end = (cause: unknown) => {
      if (closing) return;
      for (const controller of kept.values()) controller.abort('lost' satisfies EndReason);
      reject(new Failure('internal', 'the thread that keeps leases ended', { cause }));
    };
    thread.on('error', end);
    thread.on('exit', end);
  });
  failed.catch(() => undefined);
  thread.on('message', (message: FromLeaseThread) => {
    if (message.kind === 'trouble') return onTrouble(message.text);
    if (message.answer !== 'held') kept.get(message.key)?.abort(message.answer satisfies EndReason);
  });
  return {
    failed,
    keep({ job: { key }, worker, attempt, lasts }) {
      const controller = new AbortController();
      kept.set(key, controller);
      tell({ kind: 'keep', lease: { key, worker, attempt, lasts } });
      return {
        signal: controller.signal,
        release() {
          if (kept.get(key) === controller) kept.delete(key);
          tell({ kind: 'release', key });
        },
      };
    },
    async close() {
      closing = true;
      tell({ kind: 'end' });
      await new Promise((ended) => thread.once('exit', ended));
    },
  };
}
