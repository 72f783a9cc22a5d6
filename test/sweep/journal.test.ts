import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { Failure } from '../../src/failure.ts';
import { ownerOf } from '../../src/sweep/journal/journal-lock.ts';
import { openRecords } from '../../src/sweep/journal/journal-records.ts';
import { openJournal } from '../../src/sweep/journal/journal-store.ts';
import { leaveRecords } from '../../src/sweep/journal/left-records.ts';
import type { SweepStore } from '../../src/sweep/sweep-store.ts';
import { failure } from '../support/failures.ts';
import { makeFolder } from '../support/folder.ts';
import { sampleJob, sampleOffer, sampleOutcome } from '../support/sweep-jobs.ts';
import { type StoreUnderTest, storeRules } from './store-rules.ts';

const folder = makeFolder();
let count = 0;
const opened = new Set<SweepStore>();

function newFolder(): string {
  count += 1;
  return join(folder, `sweep-${count}`);
}

function open(path: string, now: () => number = Date.now): SweepStore {
  const store = openJournal(path, now);
  opened.add(store);
  return store;
}

async function close(store: SweepStore): Promise<void> {
  if (opened.delete(store)) await store.close();
}

after(async () => {
  for (const store of opened) await close(store);
  rmSync(folder, { recursive: true, force: true });
});

async function make(): Promise<StoreUnderTest> {
  const path = newFolder();
  let passed = 0;
  const now = () => Date.now() + passed;
  let store = open(path, now);
  const again = async () => {
    await close(store);
    store = open(path, now);
    return store;
  };
  return {
    store,
    pass: async (milliseconds) => {
      passed += milliseconds;
    },
    loseWorkers: again,
    reopen: again,
  };
}

describe('a journal', () => {
  storeRules(make);

  it('takes over what commands left while it was worked on, before its next job and when it is opened', async () => {
    const path = newFolder();
    const store = open(path);
    await store.enqueue([sampleJob('first')]);
    const lease = (await store.take(sampleOffer()))!;
    assert.equal(ownerOf(path), process.pid);
    await leaveRecords(path, [{ kind: 'job', job: sampleJob('left') }]);
    assert.equal((await store.take(sampleOffer()))?.job.origin, 'left');
    await store.settle(lease, sampleOutcome(lease, 'internal'));
    await leaveRecords(path, [{ kind: 'reopened', key: lease.job.key, priority: 'retry' }]);
    await leaveRecords(path, [{ kind: 'job', job: sampleJob('left') }]);
    await close(store);
    assert.equal(ownerOf(path), undefined);
    const again = open(path);
    assert.deepEqual(readdirSync(join(path, 'left')), []);
    assert.deepEqual(
      [(await again.take(sampleOffer()))?.job.origin, (await again.take(sampleOffer()))?.job.origin],
      // The one that was taken was lost with the store.
      ['left', 'first'],
    );
  });

  it('does not end what runs for a file that no command left, and is not opened with one', async () => {
    const path = newFolder();
    const store = open(path);
    mkdirSync(join(path, 'left'));
    const file = join(path, 'left', '00000000-0000-0000-0000-000000000000.jsonl');
    for (const text of ['{}\n', '{"kind":"job"}\n', 'no json\n']) {
      writeFileSync(file, text);
      assert.equal(await store.take(sampleOffer()), undefined);
      assert.equal(readFileSync(file, 'utf8'), text);
    }
    await close(store);
    assert.throws(() => openJournal(path, Date.now), failure('usage'));
  });

  it('has one owner, whom it names', async () => {
    const path = newFolder();
    const store = open(path);
    assert.throws(
      () => openJournal(path, Date.now),
      (failure: Failure) => failure.code === 'usage' && failure.message.includes(`process ${process.pid}`),
    );
    await close(store);
    await close(open(path));
  });

  it('loses no verdict and gives none twice, wherever its last lines are cut', async () => {
    const path = newFolder();
    const store = open(path);
    await store.enqueue([sampleJob('a'), sampleJob('b')]);
    for (const ended of ['settled', 'inconclusive'] as const) {
      const lease = (await store.take(sampleOffer()))!;
      await store.settle(lease, sampleOutcome(lease, ended));
    }
    const whole = readFileSync(join(path, 'journal.jsonl'));
    const copy = newFolder();
    mkdirSync(copy);
    for (let cut = whole.length - 200; cut <= whole.length; cut += 1) {
      writeFileSync(join(copy, 'journal.jsonl'), whole.subarray(0, cut));
      const isWhole = cut === whole.length;
      const records = openRecords(copy);
      const { settled, running } = await records.counts();
      assert.deepEqual([settled, running], isWhole ? [2, 0] : [1, 1], `cut at byte ${cut}`);
      records.close();
      if (!isWhole && cut % 25 !== 0) continue;
      const reopened = open(copy);
      const lease = await reopened.take(sampleOffer());
      assert.equal(lease?.attempt, isWhole ? undefined : 2);
      if (lease !== undefined) await reopened.settle(lease, sampleOutcome(lease));
      const counts = await reopened.counts();
      assert.deepEqual([counts.settled, counts.queued, counts.running], [2, 0, 0]);
      await close(reopened);
    }
  });

  it('refuses a line in its middle that is torn, and changes nothing', async () => {
    const path = newFolder();
    const store = open(path);
    await store.enqueue([sampleJob('a'), sampleJob('b')]);
    opened.delete(store);
    const file = join(path, 'journal.jsonl');
    const whole = readFileSync(file);
    for (const damaged of [
      Buffer.concat([whole.subarray(0, 100), whole.subarray(150)]),
      Buffer.concat([whole.subarray(0, 100), Buffer.alloc(50), whole.subarray(150)]),
      Buffer.concat([whole, whole]),
    ]) {
      const copy = newFolder();
      mkdirSync(copy);
      writeFileSync(join(copy, 'journal.jsonl'), damaged);
      assert.throws(
        () => openJournal(copy, Date.now),
        (failure: Failure) => failure.code === 'usage',
      );
      assert.deepEqual(readFileSync(join(copy, 'journal.jsonl')), damaged);
      writeFileSync(join(copy, 'journal.jsonl'), whole);
      await close(open(copy));
    }
    await store.close();
  });

  it('gives out no row that is not of its job, whoever wrote it there', async () => {
    const path = newFolder();
    const store = open(path);
    await store.enqueue([sampleJob('a')]);
    const lease = (await store.take(sampleOffer()))!;
    await store.settle(lease, sampleOutcome(lease));
    await close(store);
    const file = join(path, 'journal.jsonl');
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    const settled = JSON.parse(lines.at(-1)!);
    for (const given of [{ name: 'glibc' }, { version: '9-r0' }, { checksum: 'Q1x' }, { judgedAt: 9e15 }]) {
      const copy = newFolder();
      mkdirSync(copy);
      const rows = [{ ...settled.rows[0], ...given }, settled.rows[1]];
      const last = JSON.stringify({ ...settled, rows });
      writeFileSync(join(copy, 'journal.jsonl'), `${[...lines.slice(0, -1), last].join('\n')}\n`);
      await assert.rejects(everything(copy), failure('usage'), JSON.stringify(given));
    }
  });

  it('comes to the same with what it wrote down when it was closed and without it', async () => {
    const path = newFolder();
    const store = open(path);
    await store.enqueue(['a', 'b', 'c', 'd'].map((origin) => sampleJob(origin)));
    for (const ended of ['settled', 'network', 'memory'] as const) {
      const lease = (await store.take(sampleOffer()))!;
      await store.settle(lease, sampleOutcome(lease, ended));
    }
    await close(store);
    const with_ = await everything(path);
    rmSync(join(path, 'snapshot.jsonl'));
    assert.deepEqual(await everything(path), with_);
    const later = open(path);
    await later.reopen([sampleJob('a').key], 'by-hand');
    opened.delete(later);
    assert.equal((await everything(path)).counts.queued, 4);
    await later.close();
  });
});

/** All that a reader of a journal is told. */
async function everything(path: string) {
  const records = openRecords(path);
  const found: unknown[] = [];
  for await (const job of records.jobs()) found.push(job);
  for await (const attempt of records.attempts()) found.push(attempt);
  for await (const row of records.verdicts()) found.push(row);
  const counts = await records.counts();
  records.close();
  return { found, counts };
}
