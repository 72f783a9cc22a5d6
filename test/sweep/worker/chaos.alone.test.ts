/**
 * Workers that are killed and stopped, a database that restarts, a network that is cut: each job gets one verdict all the same. `npm test` has
 * a small run; with `WOLFI_REPRO_ALL` the whole one.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabaseStore } from '../../../src/sweep/database/database-store.ts';
import { root, skipUnless } from '../../support/lab.ts';
import { type Postgres, postgresPrograms, startPostgres } from '../../support/postgres.ts';
import { sampleJob } from '../../support/sweep-jobs.ts';
import { isThorough } from '../../support/thorough.ts';

const skip = skipUnless(postgresPrograms, 'PostgreSQL is not installed');
const small = { jobs: 60, workers: 3, kills: 2, stops: 1, restarts: 1, cuts: 1 };
const whole = { jobs: 1000, workers: 10, kills: 35, stops: 15, restarts: 4, cuts: 8 };
const size = isThorough ? whole : small;
/** Short, so that what takes 90 s takes a moment. */
const lasts = 1500;
const mark = `chaos-${process.pid}`;
const program = join(root, '.build/test/support/chaos-worker.js');

type Blow = 'kill' | 'stop' | 'restart' | 'cut';

describe('workers and their database, while both are struck down', { skip }, () => {
  let postgres: Postgres;
  const alive = new Set<ChildProcess>();
  let output = '';

  before(async () => {
    postgres = await startPostgres(postgresPrograms!);
  });
  after(async () => {
    for (const child of alive) child.kill('SIGKILL');
    await postgres.stop();
  });

  function start(byNetwork: boolean): void {
    const child = spawn(process.execPath, [program], {
      env: {
        PATH: process.env['PATH']!,
        CHAOS_URL: byNetwork ? postgres.cuttable() : postgres.url(),
        CHAOS_LEASE: String(lasts),
        CHAOS_MARK: mark,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    alive.add(child);
    child.stdout!.on('data', (text: Buffer) => {
      output += text.toString();
    });
    child.once('exit', () => alive.delete(child));
  }

  const anyWorker = () => [...alive][Math.floor(Math.random() * alive.size)]!;

  const blows: Readonly<Record<Blow, () => Promise<void>>> = {
    async kill() {
      anyWorker().kill('SIGKILL');
      start(Math.random() < 0.5);
    },
    async stop() {
      const child = anyWorker();
      child.kill('SIGSTOP');
      // Longer than its leases: others have its jobs when it wakes.
      void sleep(2 * lasts).then(() => child.kill('SIGCONT'));
    },
    restart: () => postgres.restart(Math.random() < 0.5 ? 'crash' : 'fast', 300),
    cut: () => postgres.cut(200),
  };

  it(`gives ${size.jobs} jobs a verdict each, loses none, gives none twice, and leaves no process`, async (t) => {
    const open = () =>
      openDatabaseStore({ url: postgres.url(), signal: new AbortController().signal, patience: 60_000 });
    const store = await open();
    await store.enqueue(Array.from({ length: size.jobs }, (_, at) => sampleJob(`origin-${at}`)));
    for (let at = 0; at < size.workers; at += 1) start(at % 2 === 0);
    const planned = [
      ...Array.from({ length: size.kills }, () => 'kill' as const),
      ...Array.from({ length: size.stops }, () => 'stop' as const),
      ...Array.from({ length: size.restarts }, () => 'restart' as const),
      ...Array.from({ length: size.cuts }, () => 'cut' as const),
    ].sort(() => Math.random() - 0.5);
    const settled = async () => (await store.counts()).settled;
    const each = size.jobs / (planned.length + 1);
    for (const [at, blow] of planned.entries()) {
      // In the middle of the work, not before it or after it.
      while ((await settled()) < Math.floor(each * at)) await sleep(20);
      await blows[blow]();
    }
    for (let tries = 0; (await settled()) < size.jobs && tries < 600; tries += 1) await sleep(100);
    const { queued, running, dead } = await store.counts();
    assert.deepEqual(
      { queued, running, dead, settled: await settled() },
      { queued: 0, running: 0, dead: 0, settled: size.jobs },
    );
    const names = new Set<string>();
    let rows = 0;
    for await (const { job, name } of store.verdicts()) {
      rows += 1;
      names.add(`${job} ${name}`);
    }
    assert.deepEqual([rows, names.size], [2 * size.jobs, 2 * size.jobs]);
    const ends = new Map<string, string[]>();
    for await (const { job, class: ended } of store.attempts())
      ends.set(job, [...(ends.get(job) ?? []), ended]);
    for (const [job, classes] of ends)
      assert.deepEqual(
        classes,
        classes.map((_, at) => (at === classes.length - 1 ? 'settled' : 'worker-lost')),
        job,
      );
    await drainAll();
    assert.deepEqual(marked(), [], 'no process of a build is left');
    const said = (kind: string) => output.split('\n').filter((line) => line.startsWith(`${kind} `));
    const lost = [...ends.values()].flat().filter((ended) => ended === 'worker-lost').length;
    assert.ok(said('settled').length <= size.jobs);
    t.diagnostic(
      `${size.jobs} jobs, ${planned.length} blows: ${lost} attempts lost, ${said('lost').length} told that theirs was`,
    );
    await store.close();
  });

  async function drainAll(): Promise<void> {
    for (const child of alive) {
      child.kill('SIGCONT');
      child.kill('SIGTERM');
    }
    for (let tries = 0; alive.size > 0 && tries < 300; tries += 1) await sleep(100);
    assert.equal(alive.size, 0, 'each worker ends once it is drained');
    await sleep(200);
  }
});

/** Processes of builds. */
function marked(): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`CHAOS_MARK=${mark}`);
    } catch {
      return false;
    }
  });
}
