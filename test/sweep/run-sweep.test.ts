import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Architecture } from '../../src/names.ts';
import type { AttemptClass } from '../../src/sweep/attempt.ts';
import { openJournal } from '../../src/sweep/journal/journal-store.ts';
import { type RunEnd, type RunSweepOptions, runSweep } from '../../src/sweep/run-sweep.ts';
import type { SweepStore } from '../../src/sweep/sweep-store.ts';
import { makeFolder } from '../support/folder.ts';
import { sampleJob, sampleOffer, sampleOutcome } from '../support/sweep-jobs.ts';

const folder = makeFolder();
after(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;

interface Ran {
  readonly end: RunEnd;
  readonly judged: readonly string[];
  readonly counts: Awaited<ReturnType<SweepStore['counts']>>;
}

/** Runs a sweep of some jobs with a judge that does as it is told. */
async function run(
  origins: readonly string[],
  judge: (origin: string, store: SweepStore, signal: AbortSignal) => Promise<AttemptClass> | AttemptClass,
  given: Partial<RunSweepOptions> = {},
): Promise<Ran> {
  count += 1;
  const store = openJournal(join(folder, `${count}`), Date.now);
  await store.enqueue(
    origins.map((origin) => sampleJob(origin, given.offer === undefined ? {} : { tags: ['big'] })),
  );
  const judged: string[] = [];
  const end = await runSweep({
    store,
    judge: async (lease, signal) => {
      judged.push(lease.job.origin);
      return sampleOutcome(lease, await judge(lease.job.origin, store, signal));
    },
    offer: sampleOffer(),
    freeBytes: () => 100 * 1024 ** 3,
    slots: 2,
    drain: new AbortController().signal,
    end: new AbortController().signal,
    now: Date.now,
    onEvent: () => undefined,
    pace: { idle: 5, patience: 0 },
    ...given,
  });
  const counts = await store.counts();
  await store.close();
  return { end, judged, counts };
}

describe('a run of a sweep', () => {
  it('judges everything, and ends', async () => {
    const { end, judged, counts } = await run(['a', 'b', 'c'], () => 'settled');
    assert.deepEqual([end.kind, [...judged].sort(), counts.settled], ['done', ['a', 'b', 'c'], 3]);
  });

  it('ends where what is left waits for longer than it is waited for', async () => {
    const { end, judged, counts } = await run(['a'], () => 'network');
    assert.deepEqual([end.kind, judged, counts.queued], ['done', ['a'], 1]);
  });

  it('ends where what is left is for a different machine', async () => {
    const { end, counts } = await run(['a'], () => 'settled', { offer: sampleOffer() });
    assert.deepEqual([end.kind, counts.queued], ['done', 1]);
    const again = await run(['a'], () => 'memory', {
      offer: { ...sampleOffer(), tags: ['big'], memoryBytes: 1500 },
    });
    assert.deepEqual([again.end.kind, again.judged, again.counts.queued], ['done', ['a'], 1]);
  });

  it('stops after three times of trouble of the machine, so that it costs no job its attempts', async () => {
    const origins = Array.from({ length: 20 }, (_, at) => `p${at}`);
    const { end, judged, counts } = await run(origins, () => 'worker-unfit');
    assert.deepEqual([end.kind, counts.dead], ['stopped', 0]);
    assert.ok(judged.length <= 4, `${judged.length} were judged`);
  });

  it('stops where too little disk space is free', async () => {
    const { end, judged } = await run(['a'], () => 'settled', { freeBytes: () => 1024 ** 3 });
    assert.deepEqual([end.kind, judged], ['stopped', []]);
  });

  it('begins nothing further once it is paused, and lets what runs come to its end', async () => {
    const { end, counts } = await run(['a', 'b', 'c', 'd'], async (_, store): Promise<AttemptClass> => {
      await store.setState('paused');
      return 'settled';
    });
    assert.equal(end.kind, 'paused');
    assert.ok(counts.settled >= 1 && counts.queued >= 2);
  });

  it('ends what runs once it is cancelled, and gives it back', async () => {
    const { end, counts } = await run(['a'], async (_, store, signal): Promise<AttemptClass> => {
      await store.setState('cancelled');
      await sleep(10_000, undefined, { signal }).catch(() => undefined);
      return 'cancelled';
    });
    assert.deepEqual([end.kind, counts.queued, counts.running], ['cancelled', 1, 0]);
  });

  it('takes nothing more once it drains, and ends what runs where it is told to', async () => {
    const [drain, end] = [new AbortController(), new AbortController()];
    const ran = await run(
      ['a', 'b', 'c'],
      async (origin, _, signal): Promise<AttemptClass> => {
        drain.abort();
        if (origin === 'a') return 'settled';
        await sleep(100);
        end.abort();
        await sleep(10_000, undefined, { signal }).catch(() => undefined);
        return 'cancelled';
      },
      { drain: drain.signal, end: end.signal },
    );
    assert.equal(ran.end.kind, 'drained');
    assert.deepEqual([ran.counts.settled, ran.counts.queued, ran.counts.running], [1, 2, 0]);
  });

  it('waits for a while where servers cannot be reached any more', async () => {
    let clock = Date.now();
    const waits: string[] = [];
    const origins = Array.from({ length: 5 }, (_, at) => `p${at}`);
    const { judged } = await run(origins, () => 'network', {
      slots: 1,
      now: () => (clock += 2000),
      onEvent: (event) => {
        if (event.kind === 'waiting') waits.push(event.why);
      },
    });
    assert.equal(judged.length, 5);
    assert.equal(waits.length, 3);
  });
});

describe('a job for an architecture that is not offered', () => {
  it('is left', async () => {
    const { end, counts } = await run(['a'], () => 'settled', {
      offer: { ...sampleOffer(), tags: ['big'], architectures: ['aarch64' as Architecture] },
    });
    assert.deepEqual([end.kind, counts.queued], ['done', 1]);
  });
});
