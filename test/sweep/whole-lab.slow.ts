/**
 * `npm run sweep-lab`: everything that the lab has as repositories on the loopback, swept by both stores on two days, with the same rows in both. What it cost is
 * printed and written to .cache/swept-lab (docs/sweep.md, docs/scale.md). WOLFI_REPRO_SWEPT names repositories of them, with commas between, of which alone it is to be.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Attempt } from '../../src/sweep/attempt.ts';
import { openDatabaseStore } from '../../src/sweep/database/database-store.ts';
import { openRecords } from '../../src/sweep/journal/journal-records.ts';
import type { SweepRecords } from '../../src/sweep/sweep-store.ts';
import type { VerdictRow } from '../../src/sweep/verdict-row.ts';
import { cannotRebuildFrom } from '../conformance/lab-run.ts';
import { lab, program, root, sharedLab, skipUnless } from '../support/lab.ts';
import { labEnvironment } from '../support/lab-environment.ts';
import {
  type LabRepository,
  publishFirstDay,
  publishSecondDay,
  withheld,
} from '../support/lab-repositories.ts';
import { type LabServer, startLabServer } from '../support/lab-server.ts';
import { type Postgres, postgresPrograms, startPostgres } from '../support/postgres.ts';
import { packedSources } from '../support/sources.ts';

const skip =
  cannotRebuildFrom() ||
  skipUnless(sharedLab, 'the larger lab is not beside the checkout') ||
  skipUnless(postgresPrograms, 'PostgreSQL is not installed');
const folder = join(root, '.cache/swept-lab');
const [cache, packages, sweep] = [join(folder, 'cache'), join(folder, 'packages'), join(folder, 'sweep')];
const key = ['--key', join(lab, 'lab.rsa.pub')];
/** Chance decides whether these differ, by which files: two runs need not agree. */
const byChance = /^nr-/;

describe('all of the lab, swept by both stores', { skip, concurrency: false }, () => {
  let server: LabServer;
  let postgres: Postgres;
  let repositories: readonly LabRepository[];
  const days: unknown[] = [];

  before(async () => {
    for (const each of [packages, sweep, join(folder, 'results'), join(folder, 'environment')])
      rmSync(each, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    [server, postgres] = [await startLabServer(), await startPostgres(postgresPrograms!)];
    server.serve('/os', packages);
    const all = await publishFirstDay(packages);
    const named = process.env['WOLFI_REPRO_SWEPT']?.split(',');
    repositories = all.filter(({ name }) => named?.includes(name) ?? true);
  });
  after(async () => {
    await server.close();
    await postgres.stop();
    writeFileSync(join(folder, 'figures.json'), `${JSON.stringify(days, null, 2)}\n`);
  });

  it('on a first day', async () => {
    server.serve('/environment', environmentWithout(withheld));
    await sweepDay('first');
  });

  it('and on a second one, with changes', async (context) => {
    if (days.length === 0) return context.skip('the first day failed');
    await publishSecondDay(packages);
    server.serve('/environment', labEnvironment!);
    await sweepDay('second');
  });

  async function sweepDay(day: string) {
    const began = performance.now();
    const known = await attemptsOf(sweep);
    await plan(sweep);
    await judge('journal', []);
    await judge('journal', ['--tag', 'twice', '--repeat', '2']);
    const journalSeconds = (performance.now() - began) / 1000;
    await plan(postgres.url());
    await work(2, []);
    await work(1, ['--tag', 'twice', '--repeat', '2']);
    const both = { journal: await readRecords(sweep), database: await readRecords(postgres.url()) };
    const unlike = differing(both.journal.rows, both.database.rows);
    days.push({ day, ...figures(both.journal, known), journalSeconds, unlike });
    assert.deepEqual(
      unlike.filter((name) => !byChance.test(name)),
      [],
    );
    assert.equal(both.journal.counts.queued + both.database.counts.queued, 0);
    process.stdout.write(`${JSON.stringify(days.at(-1), null, 2)}\n`);
  }

  async function plan(place: string): Promise<void> {
    for (const { name, architecture, isTwice } of repositories)
      await ran('plan', [
        ...['sweep', 'plan', place, '--repository', `${server.url}/os/${name}`, '--arch', architecture],
        ...[...key, '--cache', cache, ...(isTwice ? ['--tag', 'twice'] : [])],
      ]);
  }

  function how(more: readonly string[]): readonly string[] {
    const { cache: sources, mirror } = packedSources();
    return [
      ...['--repository', `${server.url}/environment`, '--allow-unsigned', ...key, '--cache', cache],
      ...['--source-cache', sources, '--source-mirror', `${mirror.prefix}=${mirror.location}`, ...more],
    ];
  }

  function judge(name: string, more: readonly string[]): Promise<void> {
    return ran(name, ['sweep', 'run', sweep, '--jobs', '2', ...how(more)]);
  }

  /** Workers until nothing is left that they can do; then they are drained. */
  async function work(count: number, more: readonly string[]): Promise<void> {
    const results = join(folder, 'results');
    const argv = ['worker', '--database', postgres.url(), '--artifacts', results, ...how(more)];
    const workers = Array.from({ length: count }, () => start(argv));
    const isLeft =
      more.length > 0
        ? "state in ('queued', 'running')"
        : `(state = 'running' or (state = 'queued' and
      kind not in (select id from wolfi_repro.kind where 'twice' = any(tags))))`;
    while (postgres.sql(`select count(*) from wolfi_repro.job where ${isLeft}`) !== '0') await sleep(3000);
    for (const { child, ready } of workers) {
      // Before that it has no handler.
      await ready;
      child.kill('SIGTERM');
    }
    for (const { ended } of workers) assert.equal((await ended).status, 0, (await ended).said);
  }
});

/** The environment as a server has it that lost one of its packages. */
function environmentWithout(name: string): string {
  const place = join(folder, 'environment');
  for (const architecture of ['x86_64', 'aarch64']) {
    mkdirSync(join(place, architecture), { recursive: true });
    for (const file of readdirSync(join(labEnvironment!, architecture)).filter((each) => each !== name))
      symlinkSync(join(labEnvironment!, architecture, file), join(place, architecture, file));
  }
  return place;
}

interface Started {
  readonly child: ChildProcess;
  /** Once a worker has said that it waits for jobs. */
  readonly ready: Promise<void>;
  readonly ended: Promise<{ readonly status: number | null; readonly said: string }>;
}

function start(argv: readonly string[]): Started {
  const child = spawn(process.execPath, [program, ...argv], { cwd: folder });
  let said = '';
  const ready = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (bytes: Buffer) => {
        said += String(bytes);
        if (said.includes('waits for jobs')) resolve();
      });
  });
  const ended = new Promise<{ status: number | null; said: string }>((resolve) =>
    child.once('close', (status) => resolve({ status, said })),
  );
  return { child, ready, ended };
}

async function ran(what: string, argv: readonly string[]): Promise<void> {
  const { status, said } = await start(argv).ended;
  assert.equal(status, 0, `${what}: ${said}`);
}

async function readRecords(place: string) {
  const isDatabase = place.startsWith('postgres');
  const { signal } = new AbortController();
  const records: SweepRecords & { close(): unknown } = isDatabase
    ? await openDatabaseStore({ url: place, signal, patience: 10_000 })
    : openRecords(place);
  const [rows, attempts]: [VerdictRow[], Attempt[]] = [[], []];
  for await (const row of records.verdicts()) rows.push(row);
  for await (const attempt of records.attempts()) attempts.push(attempt);
  const counts = await records.counts();
  await records.close();
  return { rows, attempts, counts };
}

async function attemptsOf(place: string): Promise<number> {
  return readRecords(place).then(
    ({ attempts }) => attempts.length,
    () => 0,
  );
}

/** Names of packages whose rows are not the same, apart from when and by which attempt they were judged and from the digest of the whole result, which says how long it took. */
function differing(a: readonly VerdictRow[], b: readonly VerdictRow[]): string[] {
  const lines = (rows: readonly VerdictRow[]) =>
    new Map(
      rows.map(({ judgedAt: _, attempt: __, result: ___, ...row }) => [
        `${row.name} ${row.repository} ${row.version} ${row.checksum}`,
        JSON.stringify(row),
      ]),
    );
  const [one, other] = [lines(a), lines(b)];
  return [...new Set([...one.keys(), ...other.keys()])]
    .filter((name) => one.get(name) !== other.get(name))
    .sort();
}

function figures({ rows, attempts, counts }: Awaited<ReturnType<typeof readRecords>>, known: number) {
  const tally = (texts: readonly string[]) =>
    Object.fromEntries(
      [...new Set(texts)].sort().map((text) => [text, texts.filter((each) => each === text).length]),
    );
  const latest = attempts.toSorted((x, y) => x.startedAt - y.startedAt).slice(known);
  const costs = (of: (cost: Attempt['cost']) => number) => {
    const all = latest.map(({ cost }) => of(cost)).sort((x, y) => x - y);
    const at = (share: number) => Math.round((all[Math.floor(share * (all.length - 1))] ?? 0) * 10) / 10;
    return {
      median: at(0.5),
      most95: at(0.95),
      most: at(1),
      sum: Math.round(all.reduce((x, y) => x + y, 0)),
    };
  };
  return {
    packages: rows.length,
    counts,
    verdicts: tally(rows.map(({ verdict, reason }) => `${verdict} ${reason}`.trim())),
    repositories: new Set(rows.map(({ repository }) => repository)).size,
    attempts: latest.length,
    classes: tally(latest.map((attempt) => attempt.class)),
    wallSeconds: costs(({ wallSeconds }) => wallSeconds),
    processorSeconds: costs(({ processorSeconds }) => processorSeconds),
    memoryMib: costs(({ memoryBytes }) => memoryBytes / 2 ** 20),
    diskMib: costs(({ diskBytes }) => diskBytes / 2 ** 20),
    downloadedMib: costs(({ downloadedBytes }) => downloadedBytes / 2 ** 20),
  };
}
