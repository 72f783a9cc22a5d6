/** What the real program does with a sweep in PostgreSQL. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Plan, planIdentity } from '../../src/plan/plan.ts';
import { renderJson } from '../../src/report/json-report.ts';
import { openDatabaseStore } from '../../src/sweep/database/database-store.ts';
import { folderArtifacts } from '../../src/sweep/judge/artifacts.ts';
import { bucketArtifacts, parseBucket } from '../../src/sweep/remote/bucket-artifacts.ts';
import type { VerdictRow } from '../../src/sweep/verdict-row.ts';
import type { PackageResult } from '../../src/verdict/result.ts';
import { statedRun } from '../../src/verdict/stated.ts';
import { cache, cannotRebuild, helloShell } from '../conformance/lab-run.ts';
import { type Bucket, bucketVariables, startBucket } from '../support/bucket.ts';
import { filesBelow, makeFolder } from '../support/folder.ts';
import { fillStore, keepSweep } from '../support/kept-sweep.ts';
import { lab, program, skipUnless } from '../support/lab.ts';
import { labEnvironment } from '../support/lab-environment.ts';
import { startLabServer } from '../support/lab-server.ts';
import { packageName, packageVersion } from '../support/names.ts';
import { type Postgres, postgresPrograms, startPostgres } from '../support/postgres.ts';
import { difference, notReproduced, planned, reproduced } from '../support/results.ts';
import { digestOf, firstDay, type MadeRecords, makeJob, makeRows } from '../support/sweep-records.ts';

const skip = skipUnless(postgresPrograms, 'PostgreSQL is not installed');

/** A result as `verify` saves it, in whose environment is this version of one package. */
function resultWith(version: string, judged: PackageResult) {
  const musl = {
    name: packageName('musl'),
    version: packageVersion(version),
    sha256: digestOf('musl', version),
    checksum: 'Q1m',
  };
  const plan = {
    ...(planned().plan as Plan),
    environment: { kind: 'recorded' as const, packages: [musl] },
  };
  const identity = planIdentity(plan);
  const saved = renderJson(statedRun([{ ...judged, plan: { identity, plan } }]));
  return { plan: identity, sha256: judged.subject!.sha256, bytes: Buffer.from(saved) };
}

describe('a sweep in a database', { skip }, () => {
  const folder = makeFolder();
  let postgres: Postgres;
  let bucket: Bucket;

  before(async () => {
    [postgres, bucket] = [await startPostgres(postgresPrograms!), await startBucket()];
  });
  after(async () => {
    bucket.close();
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function run(...argv: readonly string[]) {
    const child = spawn(process.execPath, [program, ...argv], {
      cwd: folder,
      env: { PATH: process.env['PATH'], HOME: folder, ...bucketVariables(bucket.address) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { status: await ended, stdout, stderr };
  }

  async function open(database: string) {
    const { signal } = new AbortController();
    return openDatabaseStore({ url: postgres.url(database), signal, patience: 10_000 });
  }

  it('gives the same site and dataset as one in a folder, its results being in a folder or in a bucket', async () => {
    const [was, is] = [
      resultWith('1.2-r0', reproduced()),
      resultWith('1.2-r1', notReproduced([difference('content', 'a')])),
    ];
    const [sweep, shared] = [join(folder, 'sweep'), join(folder, 'shared')];
    const places = [
      folderArtifacts(join(sweep, 'artifacts')),
      folderArtifacts(shared),
      bucketArtifacts(parseBucket('s3://results/wolfi', bucketVariables(bucket.address)), {
        signal: new AbortController().signal,
        now: Date.now,
      }),
    ];
    const keep = async ({ bytes, ...row }: typeof was): Promise<Partial<VerdictRow>> => {
      const digests = await Promise.all(places.map((each) => each.put(bytes)));
      return { ...row, result: digests[0]! };
    };
    const jobs = ['1.0-r0', '1.1-r0', '2.0-r0'].map((version) => makeJob({ origin: 'hello', version }));
    const verdicts = [
      ...makeRows(jobs[0]!, firstDay, await keep(was)),
      ...makeRows(jobs[1]!, firstDay + 1, {
        ...(await keep(is)),
        verdict: 'not-reproduced',
        reason: 'content',
      }),
    ];
    const made: MadeRecords = { jobs: jobs.slice(0, 2), attempts: [], verdicts };
    await keepSweep(sweep, made);
    postgres.createDatabase('alike');
    const store = await open('alike');
    await fillStore(store, made);
    await store.close();
    const url = postgres.url('alike');
    const sources = [[sweep], [url, '--artifacts', shared], [url, '--artifacts', 's3://results/wolfi']];
    const written = [];
    for (const [at, source] of sources.entries()) {
      const out = join(folder, `out-${at}`);
      const site = await run('status', 'site', ...source, join(out, 'site'));
      assert.equal(site.status, 0, site.stderr);
      const exported = await run('export', ...source, '-o', join(out, 'dataset'));
      assert.equal(exported.status, 0, exported.stderr);
      written.push(Object.fromEntries(filesBelow(out).map((path) => [path, readFileSync(join(out, path))])));
    }
    assert.deepEqual(written[1], written[0]);
    assert.deepEqual(written[2], written[0]);
    const pages = Object.entries(written[0]!).filter(([path]) => path.startsWith('site/p/'));
    assert.match(String(pages[0]![1]), /musl 1\.2-r0 → 1\.2-r1/);
    assert.match(String(written[0]!['dataset/mirror-list.jsonl']), /"musl"/);
  });

  it('is read without a change of it, and says what to do about tables of a different version', async () => {
    const [empty, url] = [postgres.url('empty'), postgres.url('alike')];
    postgres.createDatabase('empty');
    const none = await run('status', empty);
    assert.equal(none.status, 2, none.stderr);
    assert.equal(postgres.sql("select to_regnamespace('wolfi_repro') is null", 'empty'), 't');
    const change = (version: number) =>
      postgres.sql(`update wolfi_repro.migration set version = ${version}`, 'alike');
    const newest = Number(postgres.sql('select max(version) from wolfi_repro.migration', 'alike'));
    for (const version of [newest - 1, newest + 1]) {
      change(version);
      const { status, stderr } = await run('status', url);
      assert.equal(status, 2, stderr);
      assert.match(stderr, new RegExp(`of version ${version}`));
      assert.equal(postgres.sql('select max(version) from wolfi_repro.migration', 'alike'), `${version}`);
    }
    change(newest);
    assert.equal((await run('status', url)).status, 0);
  });

  it('says that results are not read where nobody says where they are, and refuses a place that is none', async () => {
    const url = postgres.url('alike');
    const unread = await run('export', url, '-o', join(folder, 'unread'), '--mirror-list');
    assert.equal(unread.status, 0, unread.stderr);
    assert.match(unread.stderr, /--artifacts/);
    assert.equal(readFileSync(join(folder, 'unread/mirror-list.jsonl'), 'utf8'), '');
    for (const place of [join(folder, 'none'), 's3://A', 'https://u:hunter2@b.example/x']) {
      const { status, stderr } = await run('status', 'site', url, join(folder, 'x'), '--artifacts', place);
      assert.equal(status, 2, stderr);
      assert.ok(!stderr.includes('hunter2'));
    }
  });

  it('is judged by a worker until it is told to end, with no secret in what it says, keeps or starts', {
    skip: cannotRebuild,
  }, async () => {
    postgres.createDatabase('worked');
    // Not that of secrets.test.ts, which looks at the arguments of all processes.
    const secret = 'hIdDeNpAsS';
    const database = postgres.cuttable('worked').replace('tester@', `tester:${secret}@`);
    const repository = join(folder, 'os');
    mkdirSync(join(repository, 'x86_64'), { recursive: true });
    copyFileSync(join(lab, helloShell), join(repository, 'x86_64', basename(helloShell)));
    await run('index', '--signing-key', join(lab, 'lab.rsa'), join(repository, 'x86_64'));
    const key = ['--key', join(lab, 'lab.rsa.pub')];
    const planned = await run('sweep', 'plan', database, '--repository', repository, ...key);
    assert.match(planned.stdout, /^queued +1 build$/m, planned.stderr);
    const argv = ['worker', '--artifacts', join(folder, 'kept'), ...key, '--cache', cache];
    const worker = spawn(
      process.execPath,
      [program, ...argv, '--repository', labEnvironment!, '--allow-unsigned'],
      {
        cwd: folder,
        env: { PATH: process.env['PATH'], HOME: folder, WOLFI_REPRO_DATABASE: database },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    const started = new Set<string>();
    let said = '';
    for (const stream of [worker.stdout, worker.stderr])
      stream.on('data', (bytes: Buffer) => (said += bytes.toString()));
    const ended = new Promise((resolve) => worker.once('close', resolve));
    const left = () =>
      postgres.sql("select count(*) from wolfi_repro.job where state <> 'settled'", 'worked');
    for (let tries = 0; left() !== '0' && tries < 600; tries += 1) {
      for (const text of childrenOf(worker.pid!)) started.add(text);
      await sleep(100);
    }
    worker.kill('SIGTERM');
    assert.equal(await ended, 0, said);
    assert.match(said, /hello-shell-1\.4\.2-r3 x86_64: reproduced/);
    assert.ok(
      [...started].some((text) => text.includes('verify')),
      'the judge was seen',
    );
    const kept = filesBelow(join(folder, 'kept')).map((path) =>
      readFileSync(join(folder, 'kept', path), 'latin1'),
    );
    for (const text of [said, planned.stdout, planned.stderr, ...started, ...kept])
      assert.ok(!text.includes(secret), text.slice(0, 200));
  });

  it('asks no server for what a job needs where its worker is offline, and would otherwise', async () => {
    const server = await startLabServer();
    postgres.createDatabase('offline');
    const store = await open('offline');
    try {
      for (const [more, asks] of [
        [['--offline'], false],
        [[], true],
      ] as const) {
        const job = makeJob({ origin: `hello${more.length}`, version: '1.0-r0' });
        await store.enqueue([{ ...job, repository: `${server.url}/os` }]);
        const argv = ['worker', '--database', postgres.url('offline'), '--artifacts', join(folder, 'kept')];
        const child = spawn(process.execPath, [program, ...argv, ...more, '--cache', join(folder, 'cold')], {
          cwd: folder,
          env: { PATH: process.env['PATH'], HOME: folder },
          stdio: 'ignore',
        });
        const ended = new Promise((resolve) => child.once('close', resolve));
        // Trouble of a server is tried again later; the first attempt shows whom it asks.
        const attempted = async () => {
          for await (const attempt of store.attempts()) if (attempt.job === job.key) return true;
          return false;
        };
        for (let tries = 0; !(await attempted()) && tries < 600; tries += 1) await sleep(100);
        assert.ok(await attempted());
        child.kill('SIGTERM');
        assert.equal(await ended, 0);
        assert.equal(server.requests.length > 0, asks);
      }
      for await (const { verdict } of store.verdicts()) assert.equal(verdict, 'inconclusive');
    } finally {
      await store.close();
      await server.close();
    }
  });
});

/** What the processes below one were started with: arguments and environment. */
function childrenOf(pid: number): string[] {
  return readdirSync('/proc').flatMap((each) => {
    try {
      if (
        !/^\d+$/.test(each) ||
        !readFileSync(`/proc/${each}/status`, 'latin1').includes(`\nPPid:\t${pid}\n`)
      )
        return [];
      return ['cmdline', 'environ'].map((name) => readFileSync(`/proc/${each}/${name}`, 'latin1'));
    } catch {
      return [];
    }
  });
}
