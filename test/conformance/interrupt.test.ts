/** Runs that are interrupted or killed, and runs side by side: nothing is left on the machine, and nothing of a live run is touched. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { lab, program } from '../support/lab.ts';
import { labEnvironment, lacksEnvironment } from '../support/lab-environment.ts';
import { cannotSandbox, folderOf, makeSmallGuest, processesWith } from '../support/sandboxes.ts';
import { writeSlowPackage } from '../support/slow-package.ts';
import { isThorough } from '../support/thorough.ts';
import { type Identity, identities } from '../support/users.ts';

const quick = join(lab, 'repository/v0.59.1/x86_64/hello-shell-1.4.2-r3.apk');
const sleeper = `76543.${process.pid}`;
const material = mkdtempSync('/var/tmp/wolfi-repro-interrupt-');
let slow = '';
let slowOwners = '';

before(async () => {
  chmodSync(material, 0o755);
  const daemon = `setsid sleep ${sleeper} >/dev/null 2>&1 &`;
  slow = await writeSlowPackage(material, 'slow-1.4.2-r3.apk', [daemon, `sleep ${sleeper}`]);
  slowOwners = await writeSlowPackage(material, 'owners-1.4.2-r3.apk', [
    'mkdir -p shut/in /opt/shut; touch shut/in/file; chown -R 1000:1000 shut /opt/shut; chmod 700 shut shut/in /opt/shut',
    daemon,
    `sleep ${sleeper}`,
  ]);
});

after(() => rmSync(material, { recursive: true, force: true }));

const keys = ['--key', join(lab, 'lab.rsa.pub')];

function commandLine(
  identity: Identity,
  cache: string,
  files: readonly string[],
  extra: readonly string[] = [],
) {
  const line = [...identity.prefix, process.execPath, program, 'verify', ...keys, '--allow-unsigned'];
  return [...line, '--repository', labEnvironment!, '--cache', cache, '--format', 'json', ...extra, ...files];
}

function start(...args: Parameters<typeof commandLine>): ChildProcess {
  const [command, ...argv] = commandLine(...args) as [string, ...string[]];
  return spawn(command, argv, { cwd: '/', stdio: 'ignore', detached: true });
}

function verdicts(...args: Parameters<typeof commandLine>): readonly string[] {
  const [command, ...argv] = commandLine(...args) as [string, ...string[]];
  const { stdout, stderr } = spawnSync(command, argv, { cwd: '/', encoding: 'utf8', timeout: 120_000 });
  assert.notEqual(stdout, '', stderr);
  const { packages } = JSON.parse(stdout) as {
    packages: readonly { verdict: string }[];
  };
  return packages.map(({ verdict }) => verdict);
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let waited = 0; !holds(); waited += 20) {
    assert.ok(waited < 60_000, `it never came to be that ${what}`);
    await sleep(20);
  }
}

async function exitCodeOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  return new Promise((resolve) => child.once('exit', resolve));
}

/** Programs alone: the text of the step is part of other command lines, from before it runs. */
const inStep = () => processesWith(`sleep\0${sleeper}`).length >= 2;
/** In a folder for unpacked environments, the one that is being unpacked. */
const unpacking = (cache: string) =>
  namesIn(join(cache, 'environments')).filter((name) => /^\d+\./.test(name));

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

function controlGroupsOf({ pid }: ChildProcess): string[] {
  const { stdout } = spawnSync(
    'find',
    ['/sys/fs/cgroup', '-maxdepth', '6', '-name', `wolfi-repro-${pid}.*`],
    {
      encoding: 'utf8',
    },
  );
  return stdout.split('\n').filter(Boolean);
}

async function assertNothingLeft(cache: string): Promise<void> {
  await until('all processes are gone', () => processesWith(sleeper).length === 0);
  assert.deepEqual(namesIn(join(cache, 'runs')), []);
  assert.deepEqual(unpacking(cache), []);
  assert.doesNotMatch(readFileSync('/proc/self/mountinfo', 'utf8'), new RegExp(cache));
}

const cannotVerify = lacksEnvironment(quick);

// Who has subordinate ids is ended as root is, whose ids are a range as well.
for (const identity of identities.filter((each) => isThorough || each.uid === 0 || each.ids === 'single')) {
  describe(`a run ${identity.title}`, { skip: cannotVerify || cannotSandbox(identity) }, () => {
    let cache = '';
    const file = () => (identity.ids === 'range' ? slowOwners : slow);

    before(() => {
      cache = folderOf(identity);
      assert.deepEqual(verdicts(identity, cache, [quick]), ['reproduced']);
    });
    after(() => rmSync(cache, { recursive: true, force: true }));
    beforeEach(() => assertNothingLeft(cache));

    for (const signal of identity.uid === 0
      ? (['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      : (['SIGINT'] as const)) {
      it(`leaves nothing when ${signal} comes in the middle of a step`, async () => {
        const child = start(identity, cache, [file()]);
        await until('the step runs', inStep);
        // As a terminal does it: to the whole group.
        process.kill(-child.pid!, signal);
        assert.equal(await exitCodeOf(child), 130);
        await assertNothingLeft(cache);
        assert.deepEqual(controlGroupsOf(child), []);
      });
    }

    it('ends at once at the second signal, and the next start cleans up', async () => {
      const child = start(identity, cache, [file()]);
      await until('the step runs', inStep);
      process.kill(child.pid!, 'SIGINT');
      process.kill(child.pid!, 'SIGTERM');
      assert.equal(await exitCodeOf(child), 130);
      await until('the sandbox is gone', () => processesWith(sleeper).length === 0);
      assert.deepEqual(verdicts(identity, cache, [quick]), ['reproduced']);
    });

    it('takes its sandbox with it when it is killed while that is made', async () => {
      for (const delay of [0, 10, 30]) {
        const child = start(identity, cache, [file()]);
        await until('the sandbox is being made', () => processesWith(sleeper).length > 0);
        await sleep(delay);
        process.kill(child.pid!, 'SIGKILL');
        await exitCodeOf(child);
        await until('the sandbox is gone', () => processesWith(sleeper).length === 0);
      }
      assert.deepEqual(verdicts(identity, cache, [quick]), ['reproduced']);
    });

    it('takes its sandbox with it when it is killed, and the next start removes the folder', async () => {
      const child = start(identity, cache, [file()]);
      await until('the step runs', inStep);
      process.kill(child.pid!, 'SIGKILL');
      await exitCodeOf(child);
      await until('the sandbox is gone', () => processesWith(sleeper).length === 0);
      assert.equal(namesIn(join(cache, 'runs')).length, 1);
      assert.deepEqual(verdicts(identity, cache, [quick]), ['reproduced']);
      await assertNothingLeft(cache);
      assert.deepEqual(controlGroupsOf(child), []);
    });

    it('does not disturb one that is in the middle of a step', async () => {
      const child = start(identity, cache, [file()]);
      await until('the step runs', inStep);
      const [run] = namesIn(join(cache, 'runs'));
      const processes = processesWith(sleeper);
      assert.deepEqual(verdicts(identity, cache, [quick]), ['reproduced']);
      assert.deepEqual(namesIn(join(cache, 'runs')), [run]);
      assert.deepEqual(processesWith(sleeper), processes);
      process.kill(child.pid!, 'SIGINT');
      assert.equal(await exitCodeOf(child), 130);
    });
  });
}

const asUser = identities[1]!;

describe('the unpacking of an environment', { skip: cannotVerify || cannotSandbox(asUser) }, () => {
  let cache = '';
  beforeEach(() => {
    cache = folderOf(asUser);
  });

  const removeCache = () => rmSync(cache, { recursive: true, force: true });

  it('leaves nothing when it is interrupted', async () => {
    const child = start(asUser, cache, [quick]);
    await until('it unpacks', () => unpacking(cache).length > 0);
    process.kill(child.pid!, 'SIGINT');
    assert.equal(await exitCodeOf(child), 130);
    await assertNothingLeft(cache);
    assert.deepEqual(namesIn(join(cache, 'environments')), []);
    removeCache();
  });

  it('is begun again after it was killed, and what was half unpacked is removed', async () => {
    const child = start(asUser, cache, [quick]);
    await until('it unpacks', () => unpacking(cache).length > 0);
    process.kill(child.pid!, 'SIGKILL');
    await exitCodeOf(child);
    const [half] = unpacking(cache);
    writeFileSync(join(cache, 'environments', half!, 'of-the-killed-one'), '');
    assert.deepEqual(verdicts(asUser, cache, [quick]), ['reproduced']);
    await assertNothingLeft(cache);
    assert.equal(namesIn(join(cache, 'environments')).length, 1);
    removeCache();
  });

  it('is done by two runs at once without harm', async () => {
    const children = [start(asUser, cache, [quick]), start(asUser, cache, [quick])];
    assert.deepEqual(await Promise.all(children.map(exitCodeOf)), [0, 0]);
    await assertNothingLeft(cache);
    assert.equal(namesIn(join(cache, 'environments')).length, 1);
    removeCache();
  });
});

const asRoot = identities[0]!;

describe('a run in a changed root directory', { skip: cannotVerify || asRoot.skip }, () => {
  let cache = '';
  let guest = '';
  const options = () => ['--sandbox', 'chroot', '--trust-recipe', '--environment', guest];

  before(() => {
    cache = folderOf(asRoot);
    guest = makeSmallGuest(['sleep', 'setsid', 'mkdir', 'chmod', 'cat']);
  });
  after(() => {
    for (const path of [cache, guest]) rmSync(path, { recursive: true, force: true });
  });

  it('leaves nothing when it is interrupted', async () => {
    const child = start(asRoot, cache, [slow], options());
    await until('the step runs', inStep);
    process.kill(child.pid!, 'SIGINT');
    assert.equal(await exitCodeOf(child), 130);
    await assertNothingLeft(cache);
  });

  it('leaves daemons when it is killed, which the next start ends', async () => {
    const child = start(asRoot, cache, [slow], options());
    await until('the step runs', inStep);
    process.kill(child.pid!, 'SIGKILL');
    await exitCodeOf(child);
    verdicts(asRoot, cache, [quick], options());
    await assertNothingLeft(cache);
  });
});
