/** What every store of a sweep must do, whatever it is made of. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type Sha256, sha256 } from '../../src/digest.ts';
import type { Architecture, PackageVersion } from '../../src/names.ts';
import { compareJobs } from '../../src/sweep/job.ts';
import type { AttemptOutcome, Lease, SweepStore } from '../../src/sweep/sweep-store.ts';
import { failure } from '../support/failures.ts';
import { sampleJob, sampleOffer, sampleOutcome } from '../support/sweep-jobs.ts';

/** A store that is empty, and what a test does to it from outside. */
export interface StoreUnderTest {
  readonly store: SweepStore;
  /** Lets time pass. */
  pass(milliseconds: number): Promise<void>;
  /** Makes every lease end as if its worker were gone, and returns the store as it is from then on. */
  loseWorkers(): Promise<SweepStore>;
  /** Closes the store and opens it again. */
  reopen(): Promise<SweepStore>;
}

const minute = 60_000;

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const value of values) found.push(value);
  return found;
}

/** Values as a reader of JSON sees them: a member without a value is the same as none. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

async function taken(store: SweepStore, worker = 'one'): Promise<Lease> {
  const lease = await store.take(sampleOffer(worker));
  assert.ok(lease, 'a job is there to be taken');
  return lease;
}

/** What a worker could say of a job that is not so, or that nobody could bear to read. */
function* lies(lease: Lease): Generator<readonly [lie: string, outcome: AttemptOutcome]> {
  const honest = sampleOutcome(lease);
  const [first, second] = honest.rows as [Row, Row];
  const ofFirst: readonly Partial<Record<keyof Row, unknown>>[] = [
    { name: 'glibc' },
    { name: '../../../etc/passwd' },
    { version: '9.9-r9' },
    { architecture: 'aarch64' },
    { origin: 'other' },
    { repository: 'https://elsewhere.example/os' },
    { checksum: `Q1${'A'.repeat(27)}=` },
    { size: 1 },
    { commit: 'f'.repeat(40) },
    { builtAt: 1 },
    { sha256: undefined },
    { sha256: 'f00' },
    { plan: undefined },
    { plan: '<b>' },
    { recipe: undefined },
    { reason: 'content' },
    { causes: ['timestamp'] },
    { verdict: 'not-reproduced', reason: 'step-failed' },
    { verdict: 'not-reproduced', reason: 'content', causes: Array(1_000_000).fill('timestamp') },
    { verdict: 'not-reproduced', reason: 'content', causes: ['timestamp', 'timestamp'] },
    { verdict: 'not-reproduced', reason: 'content', causes: ['<script>'] },
    { verdict: 'inconclusive', reason: 'datahash-mismatch' },
    { verdict: 'rejected', reason: '<img src=x onerror=alert(1)>' },
    { verdict: 'proven' },
    { melange: 'v'.repeat(1_000_000) },
    { melange: 'v0.1\u001b[2J' },
    { sbom: 'x'.repeat(1000) },
    { sandbox: '\u202e' },
    { tool: '\n' },
    { caveats: Array(10_000).fill('a') },
    { caveats: ['a'.repeat(1_000_000)] },
  ];
  for (const given of ofFirst)
    yield [JSON.stringify(given).slice(0, 100), { ...honest, rows: [{ ...first, ...given } as Row, second] }];
  yield ['one package is missing', { ...honest, rows: [first] }];
  yield ['one package is there twice', { ...honest, rows: [first, first] }];
  yield ['a package more', { ...honest, rows: [first, second, { ...second, name: 'third' as Row['name'] }] }];
  yield ['it ended after the end of time', { ...honest, endedAt: Number.MAX_SAFE_INTEGER }];
  yield ['a message of a million characters', { ...honest, message: 'a'.repeat(1_000_000) }];
  yield ['a cost that is not a number', { ...honest, cost: { ...honest.cost, wallSeconds: Number.NaN } }];
  yield ['a log that is not a digest', { ...honest, log: '../log' as Sha256 }];
}

type Row = AttemptOutcome['rows'][number];

/** Defines the tests. @param make gives each test a store of its own, and closes what it gave once the test has ended */
export function storeRules(make: () => Promise<StoreUnderTest>): void {
  it('gives back what was queued, in an order of its own', async () => {
    const { store } = await make();
    const jobs = ['zlib', 'abc', 'Abc', 'a-b', 'a.b'].map((origin) => sampleJob(origin));
    const other = sampleJob('abc', { architecture: 'aarch64' as Architecture, tags: ['big'], popularity: 7 });
    assert.deepEqual(await store.enqueue([...jobs, other]), { queued: 6, known: 0, reopened: 0 });
    assert.deepEqual(plain(await all(store.jobs())), plain([...jobs, other].sort(compareJobs)));
    assert.equal((await store.counts()).queued, 6);
  });

  it('has a job once, whatever is queued again', async () => {
    const { store } = await make();
    const job = sampleJob('hello');
    assert.deepEqual(await store.enqueue([job, job]), { queued: 1, known: 1, reopened: 0 });
    assert.deepEqual(await store.enqueue([job]), { queued: 0, known: 1, reopened: 0 });
    const lease = await taken(store);
    assert.deepEqual(await store.enqueue([job]), { queued: 0, known: 1, reopened: 0 });
    assert.equal(await store.settle(lease, sampleOutcome(lease)), 'settled');
    assert.deepEqual(await store.enqueue([job]), { queued: 0, known: 1, reopened: 0 });
    assert.equal(await store.take(sampleOffer()), undefined);
  });

  it('takes the most urgent first, then the most used, and raises what waits', async () => {
    const { store } = await make();
    const low = sampleJob('low', { priority: 'backfill' });
    const used = sampleJob('used', { priority: 'backfill', popularity: 5 });
    const high = sampleJob('high', { priority: 'gate' });
    await store.enqueue([low, used, high]);
    await store.enqueue([sampleJob('raised', { priority: 'backfill' })]);
    await store.enqueue([sampleJob('raised', { priority: 'by-hand' })]);
    const order: string[] = [];
    for (let lease = await store.take(sampleOffer()); lease; lease = await store.take(sampleOffer()))
      order.push(lease.job.origin);
    assert.deepEqual(order, ['raised', 'high', 'used', 'low']);
  });

  it('gives a worker only what it can do', async () => {
    const { store } = await make();
    await store.enqueue([
      sampleJob('arm', { architecture: 'aarch64' as Architecture }),
      sampleJob('huge', { tags: ['big'] }),
    ]);
    const small = sampleOffer('one', { architectures: ['x86_64' as Architecture] });
    assert.equal(await store.take(small), undefined);
    assert.equal((await store.take({ ...small, tags: ['big', 'slow'] }))?.job.origin, 'huge');
    assert.equal((await store.take(sampleOffer('two')))?.job.origin, 'arm');
  });

  it('keeps the verdicts and the attempt of what is settled, and never gives it out again', async () => {
    const { store, reopen } = await make();
    await store.enqueue([sampleJob('b'), sampleJob('a')]);
    const [a, b] = [await taken(store), await taken(store)];
    assert.equal(await store.settle(b, sampleOutcome(b)), 'settled');
    assert.equal(await store.settle(a, sampleOutcome(a)), 'settled');
    const again = await reopen();
    const rows = await all(again.verdicts());
    assert.deepEqual(
      rows.map(({ name }) => name),
      ['a', 'a-doc', 'b', 'b-doc'],
    );
    const { rows: outcome, ...ended } = sampleOutcome(a);
    const own = { job: a.job.key, attempt: 1, judgedAt: ended.endedAt };
    assert.deepEqual(plain(rows.slice(0, 2)), plain(outcome.map((row) => ({ ...row, ...own }))));
    const attempts = await all(again.attempts());
    assert.deepEqual(plain(attempts[0]), plain({ job: a.job.key, number: 1, worker: 'one', ...ended }));
    const { settled, queued, running, dead } = await again.counts();
    assert.deepEqual({ settled, queued, running, dead }, { settled: 2, queued: 0, running: 0, dead: 0 });
    assert.equal(await again.take(sampleOffer()), undefined);
  });

  it('refuses what an earlier holder writes, and tells it that its lease is lost', async () => {
    const { store, loseWorkers } = await make();
    await store.enqueue([sampleJob('hello')]);
    const first = await taken(store);
    assert.equal(await store.heartbeat(first), 'held');
    const after = await loseWorkers();
    const second = await taken(after, 'two');
    assert.equal(second.attempt, 2);
    assert.equal(await after.heartbeat(first), 'lost');
    assert.equal(await after.settle(first, sampleOutcome(first)), 'stale');
    assert.deepEqual(await all(after.verdicts()), []);
    assert.equal(await after.settle(second, sampleOutcome(second)), 'settled');
    assert.equal(await after.settle(second, sampleOutcome(second)), 'stale');
    const attempts = await all(after.attempts());
    assert.deepEqual(
      attempts.map(({ number, class: ended, worker }) => [number, ended, worker]),
      [
        [1, 'worker-lost', 'one'],
        [2, 'settled', 'two'],
      ],
    );
  });

  it('takes nothing from a worker that lies: what is not of the job of its lease is refused as a whole', async () => {
    const { store, loseWorkers } = await make();
    await store.enqueue([sampleJob('hello'), sampleJob('other')]);
    const lease = await taken(store);
    for (const [lie, outcome] of lies(lease))
      await assert.rejects(store.settle(lease, outcome), failure('usage'), lie);
    assert.deepEqual(await all(store.verdicts()), []);
    assert.deepEqual(await all(store.attempts()), []);
    assert.equal((await store.counts()).running, 1);
    const other = sampleJob('other');
    const elsewhere = { ...lease, job: { ...other, key: lease.job.key } };
    await assert.rejects(
      store.settle(elsewhere, sampleOutcome({ job: elsewhere.job })),
      failure('usage'),
      'the job is that of the store, whatever the worker says that it was given',
    );
    const after = await loseWorkers();
    const honest = await taken(after, 'two');
    assert.equal(honest.attempt, 2);
    assert.equal(await after.settle(honest, sampleOutcome(honest)), 'settled');
    assert.equal((await all(after.verdicts())).length, 2);
  });

  it('gives a job up whose worker is lost for the fourth time', async () => {
    const made = await make();
    let { store } = made;
    await store.enqueue([sampleJob('hello')]);
    for (let at = 0; at < 4; at += 1) {
      await taken(store);
      store = await made.loseWorkers();
    }
    assert.equal(await store.take(sampleOffer()), undefined);
    assert.equal((await store.counts()).dead, 1);
  });

  it('tries a build that failed once again, with a different worker', async () => {
    const { store } = await make();
    await store.enqueue([sampleJob('hello')]);
    await store.setState('paused');
    assert.equal(await store.take(sampleOffer('two')), undefined);
    await store.setState('running');
    const first = await taken(store, 'one');
    await store.settle(first, sampleOutcome(first, 'build-failed'));
    assert.equal(await store.take(sampleOffer('one')), undefined);
    const second = await taken(store, 'two');
    await store.settle(second, sampleOutcome(second, 'build-failed'));
    assert.equal(await store.take(sampleOffer('three')), undefined);
    assert.equal((await store.counts()).settled, 1);
  });

  it('waits longer each time for what could not be reached, and says when it is due', async () => {
    const { store, pass } = await make();
    await store.enqueue([sampleJob('hello')]);
    for (const wait of [1, 2, 4, 8, 16]) {
      const lease = await taken(store);
      await store.settle(lease, sampleOutcome(lease, 'network'));
      assert.notEqual((await store.counts()).nextDue, undefined);
      await pass(wait * minute - 30_000);
      assert.equal(await store.take(sampleOffer()), undefined);
      await pass(31_000);
    }
    const last = await taken(store);
    await store.settle(last, sampleOutcome(last, 'network'));
    await pass(24 * 60 * minute);
    assert.equal(await store.take(sampleOffer()), undefined);
    const { dead, nextDue } = await store.counts();
    assert.deepEqual({ dead, nextDue }, { dead: 1, nextDue: undefined });
  });

  it('gives what ran out of memory to a worker with twice as much, and its next version too', async () => {
    const { store } = await make();
    await store.enqueue([sampleJob('hello')]);
    const small = sampleOffer('small', { memoryBytes: 1500 });
    const large = sampleOffer('large', { memoryBytes: 2000 });
    const first = (await store.take(small))!;
    assert.equal(first.needs.memoryBytes, 0);
    await store.settle(first, sampleOutcome(first, 'memory', { cost: { memoryBytes: 1000 } }));
    assert.equal(await store.take(small), undefined);
    const second = (await store.take(large))!;
    assert.equal(second.needs.memoryBytes, 2000);
    await store.settle(second, sampleOutcome(second));
    await store.enqueue([sampleJob('hello', { version: '1.1-r0' as PackageVersion }), sampleJob('other')]);
    assert.equal((await store.take(small))?.job.origin, 'other');
    assert.equal(await store.take(small), undefined);
    assert.equal((await store.take(large))?.needs.memoryBytes, 2000);
  });

  it('judges again what lacked an environment once an index changed, and not before', async () => {
    const { store } = await make();
    const job = sampleJob('hello');
    await store.enqueue([job]);
    const lease = await taken(store);
    await store.settle(lease, sampleOutcome(lease, 'environment-unavailable'));
    assert.deepEqual(await store.enqueue([job]), { queued: 0, known: 1, reopened: 0 });
    assert.equal(await store.take(sampleOffer()), undefined);
    const later = { ...job, indexes: sha256(Buffer.from('second')) };
    assert.deepEqual(await store.enqueue([later]), { queued: 0, known: 0, reopened: 1 });
    assert.equal((await taken(store)).attempt, 2);
  });

  it('queues again by hand what is final, as if it were new', async () => {
    const { store } = await make();
    await store.enqueue([sampleJob('hello'), sampleJob('other')]);
    const lease = await taken(store);
    await store.settle(lease, sampleOutcome(lease, 'internal'));
    assert.equal((await store.counts()).dead, 1);
    const keys = (await all(store.jobs())).map(({ key }) => key);
    assert.deepEqual(await all(store.unfinished()), [keys[1]]);
    assert.equal(await store.reopen(keys, 'by-hand'), 1);
    assert.deepEqual(await all(store.unfinished()), keys);
    const again = await taken(store);
    assert.deepEqual([again.job.key, again.job.priority, again.attempt], [lease.job.key, 'by-hand', 2]);
  });

  it('gives back what was cancelled, however often', async () => {
    const { store } = await make();
    await store.enqueue([sampleJob('hello')]);
    for (let at = 1; at <= 5; at += 1) {
      const lease = await taken(store);
      assert.equal(lease.attempt, at);
      await store.settle(lease, sampleOutcome(lease, 'cancelled'));
    }
    assert.equal((await store.counts()).queued, 1);
  });

  it('takes nothing while it is paused, and ends what runs once it is cancelled', async () => {
    const { store, reopen } = await make();
    await store.enqueue([sampleJob('hello'), sampleJob('other')]);
    const lease = await taken(store);
    await store.setState('paused');
    assert.equal(await store.take(sampleOffer()), undefined);
    assert.equal(await store.heartbeat(lease), 'held');
    await store.setState('cancelled');
    assert.equal(await store.take(sampleOffer()), undefined);
    assert.equal(await store.heartbeat(lease), 'cancelled');
    await store.settle(lease, sampleOutcome(lease, 'cancelled'));
    const again = await reopen();
    assert.equal((await again.counts()).state, 'cancelled');
    await again.setState('running');
    assert.ok(await again.take(sampleOffer()));
  });
}
