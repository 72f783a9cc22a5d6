/** A worker of the chaos test, in a process of its own: trivial jobs, each a tree of processes that dies with it. */
import { startProcess } from '../../src/process.ts';
import { openDatabaseStore } from '../../src/sweep/database/database-store.ts';
import type { Lease } from '../../src/sweep/sweep-store.ts';
import { startLeaseKeeper } from '../../src/sweep/worker/lease-keeper.ts';
import { work } from '../../src/sweep/worker/work.ts';
import { sampleOffer, sampleOutcome } from './sweep-jobs.ts';

const url = process.env['CHAOS_URL']!;
const leaseMilliseconds = Number(process.env['CHAOS_LEASE']);
const [drain, end] = [new AbortController(), new AbortController()];
process.on('SIGTERM', () => (drain.signal.aborted ? end : drain).abort());

/** A sleeping grandchild, and one that ends the whole group once nobody holds the other end of descriptor 3. */
const build = '(read line <&3; kill -KILL 0) & sleep 600 & sleep "$1"; kill -KILL 0';

async function judge(lease: Lease, signal: AbortSignal) {
  const seconds = (0.02 + Math.random() * 0.08).toFixed(3);
  const child = await startProcess('/bin/sh', ['-c', build, 'sh', seconds], {
    env: { CHAOS_MARK: process.env['CHAOS_MARK']! },
  });
  const kill = () => {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended.
    }
  };
  signal.addEventListener('abort', kill);
  if (signal.aborted) kill();
  await child.ended;
  child.gate.destroy();
  return sampleOutcome(lease);
}

const worker = `chaos-${process.pid}-${Date.now()}`;
const store = await openDatabaseStore({
  url,
  leaseMilliseconds,
  signal: end.signal,
  patience: Number.POSITIVE_INFINITY,
});
const keeper = startLeaseKeeper(url, () => undefined);
await Promise.race([
  keeper.failed,
  work({
    store,
    keeper,
    judge,
    offer: () => sampleOffer(worker),
    slots: 2,
    idleMilliseconds: 100,
    untilDone: false,
    drain: drain.signal,
    end: end.signal,
    now: Date.now,
    onEvent: ({ kind, lease }) => process.stdout.write(`${kind} ${lease.job.key} ${lease.attempt}\n`),
  }),
]);
await keeper.close();
await store.close();
