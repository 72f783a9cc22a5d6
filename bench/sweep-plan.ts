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
const architectures = ['x86_64', 'aarch64'];
const folder = makeFolder();
const repository = join(folder, 'os');

for (const architecture of architectures) {
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

/** Runs the program and says what it took of a processor, with everything below it, and what passed. */
function measure(what: string, argv: readonly string[]): void {
  const began = performance.now();
  const script = '"$@" >&2; times';
  const { stdout, stderr } = spawnSync('sh', ['-c', script, 'sh', process.execPath, program, ...argv], {
    encoding: 'utf8',
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

const common = [
  '--repository',
  repository,
  '--allow-unsigned',
  '--arch',
  'all',
  '--cache',
  join(folder, 'cache'),
];
const sweep = join(folder, 'sweep');
measure('journal, first plan', ['sweep', 'plan', sweep, ...common]);
await judgeAll(openJournal(sweep, Date.now));
measure('journal, plan of which nothing changed', ['sweep', 'plan', sweep, ...common]);
measure('journal, run after it', ['sweep', 'run', sweep, '--cache', join(folder, 'cache')]);
measure('journal, status', ['status', '--format', 'json', sweep]);
if (postgresPrograms !== undefined) {
  const postgres = await startPostgres(postgresPrograms);
  const url = postgres.url();
  measure('database, first plan', ['sweep', 'plan', url, ...common]);
  await judgeAll(await openDatabaseStore({ url, signal: new AbortController().signal, patience: 10_000 }));
  measure('database, plan of which nothing changed', ['sweep', 'plan', url, ...common]);
  await postgres.stop();
}
rmSync(folder, { recursive: true, force: true });
