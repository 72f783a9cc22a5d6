import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Failure } from '../../../src/failure.ts';
import { openDatabaseStore } from '../../../src/sweep/database/database-store.ts';
import type { SweepStore } from '../../../src/sweep/sweep-store.ts';
import { skipUnless } from '../../support/lab.ts';
import { type Postgres, postgresPrograms, startPostgres } from '../../support/postgres.ts';
import { sampleJob, sampleOffer, sampleOutcome } from '../../support/sweep-jobs.ts';
import { type StoreUnderTest, storeRules } from '../store-rules.ts';

const skip = skipUnless(postgresPrograms, 'PostgreSQL is not installed');
/** Short, since leases outlast a start of the server by as much. */
const lasts = 2000;

describe('a store in PostgreSQL', { skip }, () => {
  let postgres: Postgres;
  const opened = new Set<SweepStore>();

  before(async () => {
    postgres = await startPostgres(postgresPrograms!);
  });
  after(() => postgres.stop());
  afterEach(async () => {
    for (const store of opened) await close(store);
    postgres.sql('drop schema if exists wolfi_repro cascade');
  });

  async function open(url = postgres.url(), patience = 30_000): Promise<SweepStore> {
    const store = await openDatabaseStore({
      url,
      signal: new AbortController().signal,
      patience,
      leaseMilliseconds: lasts,
    });
    opened.add(store);
    return store;
  }

  async function close(store: SweepStore): Promise<void> {
    if (opened.delete(store)) await store.close();
  }

  async function make(): Promise<StoreUnderTest> {
    const store = await open();
    return {
      store,
      pass: async (milliseconds) => {
        postgres.sql(`update wolfi_repro.job set run_after = run_after - interval '${milliseconds} ms'`);
      },
      loseWorkers: async () => {
        postgres.sql(`select pg_sleep(greatest(0, ${lasts / 1000} + 0.01 - extract(epoch from clock_timestamp()
          - pg_postmaster_start_time())))`);
        postgres.sql(`update wolfi_repro.job set lease_until = '-infinity' where state = 'running'`);
        return store;
      },
      reopen: async () => {
        await close(store);
        return open();
      },
    };
  }

  storeRules(make);

  it('makes its tables once, however many workers start at once', async () => {
    const stores = await Promise.all([1, 2, 3, 4, 5].map(() => open()));
    assert.equal(postgres.sql('select count(*) from wolfi_repro.migration'), '1');
    await Promise.all(stores.map((store) => store.counts()));
  });

  it('refuses tables of a later version, and changes nothing', async () => {
    await close(await open());
    postgres.sql('insert into wolfi_repro.migration values (99)');
    await assert.rejects(open(), (failure: Failure) => failure.code === 'usage');
  });

  it('gives a job to one of many that ask at once', async () => {
    const store = await open();
    await store.enqueue(Array.from({ length: 40 }, (_, at) => sampleJob(`origin-${at}`)));
    const others = await Promise.all([1, 2, 3].map(() => open()));
    const leases = await Promise.all(
      Array.from({ length: 40 }, (_, at) => others[at % 3]!.take(sampleOffer(`worker-${at}`))),
    );
    assert.equal(new Set(leases.map((lease) => lease?.job.key)).size, 40);
    assert.equal(await store.take(sampleOffer()), undefined);
  });

  it('reads what is more than one page in its order', async () => {
    const store = await open();
    await store.enqueue(Array.from({ length: 1203 }, (_, at) => sampleJob(`origin-${(at * 7919) % 1203}`)));
    const origins: string[] = [];
    for await (const { origin } of store.jobs()) origins.push(origin);
    assert.equal(origins.length, 1203);
    assert.deepEqual(origins, [...origins].sort());
  });

  it('keeps texts that the database’s own types refuse', async () => {
    const store = await open();
    await store.enqueue([sampleJob('hello')]);
    const lease = (await store.take(sampleOffer()))!;
    const message = 'zero \u0000 and half a pair \ud800';
    await store.settle(lease, { ...sampleOutcome(lease, 'internal'), message });
    for await (const attempt of store.attempts()) assert.equal(attempt.message, message);
  });

  it('refuses what somebody else wrote into its tables', async () => {
    const store = await open();
    await store.enqueue([sampleJob('hello')]);
    postgres.sql(`update wolfi_repro.job set body = '{"key":"../../x"}'`);
    await assert.rejects(
      async () => {
        for await (const _ of store.jobs());
      },
      (failure: Failure) => failure.code === 'usage',
    );
    await assert.rejects(store.take(sampleOffer()), (failure: Failure) => failure.code === 'usage');
    assert.equal((await store.counts()).queued, 1, 'and the job is not lost');
  });

  it('gives out no row that is not of its job, whoever wrote it, and none that is larger than any', async () => {
    const store = await open();
    await store.enqueue([sampleJob('hello')]);
    const lease = (await store.take(sampleOffer()))!;
    await store.settle(lease, sampleOutcome(lease));
    const read = async () => {
      const names: string[] = [];
      for await (const { name } of store.verdicts()) names.push(name);
      return names;
    };
    assert.deepEqual(await read(), ['hello', 'hello-doc']);
    postgres.sql('create table kept as select * from wolfi_repro.verdict');
    const put = (member: string, value: string) =>
      postgres.sql(`update wolfi_repro.verdict set body =
        (select body::jsonb || jsonb_build_object('${member}', ${value}) from kept
          where kept.name = verdict.name)::json where name = 'hello'`);
    for (const [member, value] of [
      ['name', `'glibc'::text`],
      ['job', `'${'0'.repeat(64)}'::text`],
      ['checksum', `'Q1AAAAAAAAAAAAAAAAAAAAAAAAAAA='::text`],
      ['repository', `'https://elsewhere.example/os'::text`],
      ['judgedAt', '9007199254740991'],
      ['caveats', `jsonb_build_array(repeat('a', 1000000))`],
      ['unheard', `repeat('a', 1000000)`],
    ] as const) {
      put(member, value);
      await assert.rejects(read(), (failure: Failure) => failure.code === 'usage', member);
    }
    put('sbom', `'same'::text`);
    assert.equal((await read()).length, 2);
    postgres.sql('drop table kept');
  });

  it('goes on after a restart of the server and a cut of the network, and settles what it held', async () => {
    const store = await open(postgres.cuttable());
    await store.enqueue([sampleJob('a'), sampleJob('b')]);
    const [a, b] = [(await store.take(sampleOffer()))!, (await store.take(sampleOffer()))!];
    const cut = postgres.cut(300);
    assert.equal(await store.settle(a, sampleOutcome(a)), 'settled');
    await cut;
    const restart = postgres.restart('crash', lasts);
    assert.equal(await store.heartbeat(b), 'held', 'that the server was away is not the fault of a worker');
    await restart;
    assert.equal(await store.take(sampleOffer('other')), undefined);
    assert.equal(await store.settle(b, sampleOutcome(b)), 'settled');
    assert.equal((await store.counts()).settled, 2);
  });

  it('settles and takes once where only the answer was lost', async () => {
    const store = await open(postgres.cuttable());
    await store.enqueue([sampleJob('a'), sampleJob('b')]);
    postgres.sql(`create function wolfi_repro.slow() returns trigger language plpgsql as
      'begin perform pg_sleep(0.4); return null; end'`);
    // What a trigger that waits for the commit delays is on its way while the connection is cut.
    postgres.sql(`create constraint trigger slow after update on wolfi_repro.job deferrable initially deferred
      for each row execute function wolfi_repro.slow()`);
    const taking = store.take(sampleOffer());
    await sleep(200);
    await postgres.cut(400);
    const lease = (await taking)!;
    assert.equal(lease.attempt, 1);
    assert.equal((await store.counts()).running, 1);
    const settling = store.settle(lease, sampleOutcome(lease));
    await sleep(200);
    await postgres.cut(400);
    assert.equal(await settling, 'settled');
    assert.equal((await store.counts()).settled, 1);
  });

  it('shows no secret of its address, and says what it expects in place of one that is not', async () => {
    const secret = 'hunter2';
    for (const url of [`postgres://tester:${secret}@127.0.0.1:1/x`, `mysql://a:${secret}@h/x`, secret]) {
      const failure = await open(url, 0).then(
        () => assert.fail('it was opened'),
        (thrown: Failure) => thrown,
      );
      assert.ok(['unreachable', 'usage'].includes(failure.code), failure.code);
      assert.ok(
        !JSON.stringify([failure.message, failure.hint, failure.expected, failure.got]).includes(secret),
      );
      assert.ok(!String(failure.stack).includes(secret));
    }
  });
});
