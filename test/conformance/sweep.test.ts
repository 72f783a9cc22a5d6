/** A repository of the lab, swept end to end by the program itself: killed, taken up again, and a second day with changes. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openRecords } from '../../src/sweep/journal/journal-records.ts';
import { folderArtifacts } from '../../src/sweep/judge/artifacts.ts';
import type { VerdictRow } from '../../src/sweep/verdict-row.ts';
import { makeFolder } from '../support/folder.ts';
import { lab, program } from '../support/lab.ts';
import { labEnvironment } from '../support/lab-environment.ts';
import { type LabServer, startLabServer } from '../support/lab-server.ts';
import { processesWith } from '../support/sandboxes.ts';
import { writeSlowPackage } from '../support/slow-package.ts';
import { cache, cannotRebuild } from './lab-run.ts';

const folder = makeFolder();
const packages = join(folder, 'packages/x86_64');
const sleeper = `65432.${process.pid}`;
let server: LabServer;

before(async () => {
  server = await startLabServer();
  mkdirSync(packages, { recursive: true });
  server.serve('/os', join(folder, 'packages'));
});

after(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

function publish(...names: readonly string[]): void {
  for (const name of names) copyFileSync(join(lab, 'repository/v0.59.1/x86_64', name), join(packages, name));
  const made = spawnSync(process.execPath, [
    program,
    'index',
    '--signing-key',
    join(lab, 'lab.rsa'),
    packages,
  ]);
  assert.equal(made.status, 0, String(made.stderr));
}

const sweep = join(folder, 'sweep');
const key = ['--key', join(lab, 'lab.rsa.pub')];

/** The environment is the server's as the user would have it; the loopback is plain http and private, which is allowed for what the user names. */
function sweepArguments(command: 'plan' | 'run', ...more: readonly string[]): readonly string[] {
  const places =
    command === 'plan'
      ? ['--repository', `${server.url}/os`]
      : ['--repository', labEnvironment!, '--allow-unsigned'];
  return [program, 'sweep', command, sweep, ...places, ...key, '--cache', cache, ...more];
}

async function ran(...given: Parameters<typeof sweepArguments>) {
  const child = spawn(process.execPath, sweepArguments(...given), { cwd: folder });
  let said = '';
  child.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()));
  const status = await exitOf(child);
  return { status, said };
}

function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('close', resolve));
}

async function rows(): Promise<VerdictRow[]> {
  const records = openRecords(sweep);
  const found: VerdictRow[] = [];
  for await (const row of records.verdicts()) found.push(row);
  records.close();
  return found;
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let waited = 0; !holds(); waited += 50) {
    assert.ok(waited < 90_000, `it never came to be that ${what}`);
    await sleep(50);
  }
}

const inStep = () => processesWith(`sleep\0${sleeper}`).length > 0;
const ofSweep = () => processesWith(sweep).length;

describe('a repository that is swept', { skip: cannotRebuild }, () => {
  it('is planned, judged, and known from then on', async () => {
    publish('hello-shell-1.4.2-r3.apk', 'nr-wallclock-1.0.0-r0.apk', 'nr-wallclock-stable-1.0.0-r0.apk');
    const planned = await ran('plan');
    assert.deepEqual([planned.status, /^queued +2 builds$/m.test(planned.said)], [0, true], planned.said);
    const { status, said } = await ran('run', '--jobs', '2');
    assert.equal(status, 0, said);
    const found = await rows();
    assert.deepEqual(
      found.map(({ name, verdict, causes }) => [name, verdict, causes]),
      [
        ['hello-shell', 'reproduced', []],
        ['nr-wallclock', 'not-reproduced', ['timestamp']],
        ['nr-wallclock-stable', 'reproduced', []],
      ],
      said,
    );
    const recipe = await folderArtifacts(join(sweep, 'artifacts')).get(found[0]!.recipe!);
    assert.match(String(recipe), /^package:\n {2}name: hello-shell$/m);
    const again = await ran('plan');
    assert.match(again.said, /^queued +0 builds$/m);
  });

  it('loses nothing and leaves nothing where it is killed, and goes on where it was', async () => {
    const before = await rows();
    const slow = await writeSlowPackage(folder, 'slow.apk', [`sleep ${sleeper}`]);
    copyFileSync(slow, join(packages, 'hello-shell-1.4.2-r3.apk'));
    publish();
    const planned = await ran('plan');
    assert.match(planned.said, /^queued +1 build$/m, planned.said);
    const child = spawn(process.execPath, sweepArguments('run'), { cwd: folder, stdio: 'ignore' });
    await until('a build runs', inStep);
    const second = await ran('run');
    assert.equal(second.status, 2, second.said);
    assert.ok(second.said.includes(`process ${child.pid}`), second.said);
    // Planning need not wait for it.
    const beside = await ran('plan', '--all-versions');
    assert.deepEqual([beside.status, beside.said.includes(`process ${child.pid}`)], [0, true], beside.said);
    child.kill('SIGKILL');
    await until('the build is gone', () => !inStep() && ofSweep() === 0);
    assert.deepEqual(await rows(), before);
    const other = spawn(process.execPath, sweepArguments('run'), { cwd: folder, stdio: 'ignore' });
    await until('the build runs again', inStep);
    const cancelled = spawnSync(process.execPath, [program, 'sweep', 'cancel', sweep]);
    assert.equal(cancelled.status, 0, String(cancelled.stderr));
    assert.equal(await exitOf(other), 0);
    assert.ok(!inStep());
    const records = openRecords(sweep);
    const { settled, queued, running, state } = await records.counts();
    const classes: string[] = [];
    for await (const attempt of records.attempts()) classes.push(attempt.class);
    records.close();
    assert.deepEqual([settled, queued, running, state], [2, 1, 0, 'cancelled']);
    assert.deepEqual(classes.sort(), ['cancelled', 'settled', 'settled', 'worker-lost']);
    assert.deepEqual(await rows(), before);
  });

  it('is judged again the next day where something is new or different', async () => {
    const kept = readFileSync(join(packages, 'nr-wallclock-1.0.0-r0.apk'));
    publish('hello-shell-1.4.2-r3.apk', 'nr-random-1.0.0-r0.apk');
    // It is not what the index lists, which was signed: the file is refused.
    writeFileSync(join(packages, 'nr-random-1.0.0-r0.apk'), kept);
    const planned = await ran('plan');
    assert.match(planned.said, /^queued +1 build$/m, planned.said);
    spawnSync(process.execPath, [program, 'sweep', 'resume', sweep]);
    // The slow one is still queued: it is not what the repository has any more.
    const { status, said } = await ran('run', '--step-seconds', '20');
    assert.equal(status, 0, said);
    const found = new Map((await rows()).map((row) => [`${row.name} ${row.checksum}`, row]));
    assert.equal(found.size, 5);
    const verdicts = [...found.values()].map(({ name, verdict, reason }) => `${name} ${verdict} ${reason}`);
    assert.ok(verdicts.includes('nr-random rejected index-mismatch'), verdicts.join('\n'));
    assert.ok(verdicts.includes('hello-shell inconclusive package-unavailable'), verdicts.join('\n'));
    assert.deepEqual(readdirSync(join(sweep, 'work')), []);
  });
});
