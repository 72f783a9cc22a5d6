/**
 * What it costs to plan and to run a sweep of Wolfi's size in which nothing changed, in both stores: `node .build/bench/sweep-plan.js`. The
 * figures of docs/sweep.md are from it.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabaseStore } from '../src/sweep/database/database-store.ts';
import { openJournal } from '../src/sweep/journal/journal-store.ts';
import type { SweepStore } from '../src/sweep/sweep-store.ts';
import { makeFolder } from '../test/support/folder.ts';
import { checksumOf, indexOf, recordText, usualRecord } from '../test/support/index-builder.ts';
import { program } from '../test/support/lab.ts';
import { postgresPrograms, startPostgres } from '../test/support/postgres.ts';
import { sampleOffer, sampleOutcome } from '../test/support/sweep-jobs.ts';

/** As wolfi-dev/os has it: 3,401 recipes give 11,166 packages. */
const [origins, packages] = [3401, 11_166];
const folder = makeFolder();
const repository = join(folder, 'os');

function writeIndexes(): void {
  for (const architecture of ['x86_64', 'aarch64']) {
    const records = Array.from({ length: packages }, (_, at) => {
      const origin = `origin-${at % origins}`;
      const name = at < origins ? origin : `${origin}-part-${Math.floor(at / origins)}`;
      return recordText({
        ...usualRecord,
        P: name,
        o: origin,
        A: architecture,
        C: checksumOf(`${name} ${architecture}`),
      });
    });
    mkdirSync(join(repository, architecture), { recursive: true });
    writeFileSync(join(repository, architecture, 'APKINDEX.tar.gz'), indexOf(records.join('')));
  }
}

/** Runs the program and says what it took of a processor, with everything below it, and what passed. */
function measure(what: string, argv: readonly string[]): void {
  const began = performance.now();
  const script = '"$@" >&2; times';
  const { stdout, stderr } = spawnSync('sh', ['-c', script, 'sh', process.execPath, program, ...argv], {
    encoding: 'utf8',
    maxBuffer: 1024 ** 3,
  });
  const wall = (performance.now() - began) / 1000;
  const [user, system] = stdout.trim().split('\n').at(-1)!.split(' ').map(seconds) as [number, number];
  const said = stderr.trim().split('\n').at(-1);
  console.log(
    `${what}: ${(user + system).toFixed(1)} s of a processor, ${wall.toFixed(1)} s passed (${said})`,
  );
}

/** `0m1.50s`, as `times` prints it (POSIX). */
function seconds(text: string): number {
  const [minutes, rest] = text.replace('s', '').split('m') as [string, string];
  return Number(minutes) * 60 + Number(rest);
}

async function judgeAll(store: SweepStore): Promise<void> {
  for (let lease = await store.take(sampleOffer()); lease; lease = await store.take(sampleOffer()))
    await store.settle(lease, sampleOutcome(lease));
  await store.close();
}

/** A first plan, everything judged, and a plan and a run in which nothing changed. */
async function measureBoth(what: string, arch: string): Promise<void> {
  const cache = ['--cache', join(folder, 'cache')];
  const common = ['--repository', repository, '--allow-unsigned', '--arch', arch, ...cache];
  const sweep = join(folder, `sweep-${arch}`);
  measure(`${what}: journal, first plan`, ['sweep', 'plan', sweep, ...common]);
  await judgeAll(openJournal(sweep, Date.now));
  measure(`${what}: journal, plan of which nothing changed`, ['sweep', 'plan', sweep, ...common]);
  measure(`${what}: journal, run after it`, ['sweep', 'run', sweep, ...cache]);
  measure(`${what}: journal, status`, ['status', sweep]);
  if (postgresPrograms === undefined) return;
  const postgres = await startPostgres(postgresPrograms);
  const url = postgres.url();
  measure(`${what}: database, first plan`, ['sweep', 'plan', url, ...common]);
  await judgeAll(await openDatabaseStore({ url, signal: new AbortController().signal, patience: 10_000 }));
  measure(`${what}: database, plan of which nothing changed`, ['sweep', 'plan', url, ...common]);
  await postgres.stop();
}

try {
  writeIndexes();
  await measureBoth(`${packages} packages`, 'x86_64');
  await measureBoth(`${2 * packages} packages`, 'all');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
