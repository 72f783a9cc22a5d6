/**
 * `npm run test:slow`: two workers as they are started, a build that takes long, and the leases of 90 s that they have. One is stopped in the middle; how long it takes until the
 * other has the job is printed (docs/workers.md).
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { cache, cannotRebuild } from '../../conformance/lab-run.ts';
import { makeFolder } from '../../support/folder.ts';
import { lab, program, skipUnless } from '../../support/lab.ts';
import { labEnvironment } from '../../support/lab-environment.ts';
import { type Postgres, postgresPrograms, startPostgres } from '../../support/postgres.ts';
import { processesWith } from '../../support/sandboxes.ts';
import { writeSlowPackage } from '../../support/slow-package.ts';

const skip = cannotRebuild || skipUnless(postgresPrograms, 'PostgreSQL is not installed');
const folder = makeFolder();
const sleeper = `76543.${process.pid}`;
const key = ['--key', join(lab, 'lab.rsa.pub'), '--allow-unsigned', '--cache', cache];

describe('a lease of 90 s', { skip }, () => {
  let postgres: Postgres;
  const workers: ChildProcess[] = [];

  before(async () => {
    postgres = await startPostgres(postgresPrograms!);
  });
  after(async () => {
    for (const worker of workers) worker.kill('SIGKILL');
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is over within 120 s of the end of its heartbeat: the other worker has the job, and the first one ends its build', async (t) => {
    const place = join(folder, 'os/x86_64');
    mkdirSync(place, { recursive: true });
    copyFileSync(
      await writeSlowPackage(folder, 'slow.apk', [`sleep ${sleeper}`]),
      join(place, 'hello-shell-1.4.2-r3.apk'),
    );
    called('index', '--signing-key', join(lab, 'lab.rsa'), place);
    called('sweep', 'plan', postgres.url(), '--repository', join(folder, 'os'), ...key);
    const [first, holder] = [start(), () => postgres.sql('select attempt from wolfi_repro.job')];
    await until('the build runs', () => builds() === 1);
    start();
    await sleep(5000);
    first.kill('SIGSTOP');
    const stopped = performance.now();
    await until('the other has the job', () => holder() === '2');
    const seconds = (performance.now() - stopped) / 1000;
    await until('the other builds as well', () => builds() === 2);
    first.kill('SIGCONT');
    const woken = performance.now();
    await until('the build of the first is ended', () => builds() === 1);
    const endedAfter = (performance.now() - woken) / 1000;
    t.diagnostic(
      `taken over after ${seconds.toFixed(1)} s; the stale build ended ${endedAfter.toFixed(1)} s after its worker woke`,
    );
    assert.ok(seconds <= 120, `${seconds} s`);
    const attempts = postgres.sql('select number, class from wolfi_repro.attempt order by 1');
    assert.equal(attempts, '1|worker-lost');
  });

  function start(): ChildProcess {
    const argv = ['worker', '--database', postgres.url(), '--artifacts', join(folder, 'results')];
    const child = spawn(process.execPath, [program, ...argv, ...key, '--repository', labEnvironment!], {
      cwd: folder,
      stdio: 'ignore',
    });
    workers.push(child);
    return child;
  }
});

function called(...argv: readonly string[]): void {
  const { status, stderr } = spawnSync(process.execPath, [program, ...argv], {
    cwd: folder,
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
}

const builds = () => processesWith(`sleep\0${sleeper}`).length;

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let waited = 0; !holds(); waited += 500) {
    assert.ok(waited < 180_000, `it never came to be that ${what}`);
    await sleep(500);
  }
}
