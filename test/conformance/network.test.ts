import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseSigningKey } from '../../src/apk/private-key.ts';
import type { RunOptions } from '../../src/flow/run-options.ts';
import { indexFolder } from '../../src/index-folder.ts';
import { machineInputs } from '../../src/inputs/inputs.ts';
import { defaultNetwork, type NetworkOptions } from '../../src/inputs/network/network-options.ts';
import { namesIn } from '../../src/inputs/store/temporary-names.ts';
import { parseIndex } from '../../src/repository/apkindex.ts';
import type { PackageResult } from '../../src/verdict/result.ts';
import { verify } from '../../src/verify.ts';
import { makeKey, signatureOf } from '../support/apk-builder.ts';
import { indexOf, recordText } from '../support/index-builder.ts';
import { lab, program } from '../support/lab.ts';
import { labEnvironment } from '../support/lab-environment.ts';
import { type LabServer, type Misbehaviour, startLabServer } from '../support/lab-server.ts';
import { readWhole } from '../support/parts.ts';
import { oneIn } from '../support/thorough.ts';
import { assertReproduced, cannotRebuild, explain, keyOf, labOptions, sandbox } from './lab-run.ts';

const quick: NetworkOptions = {
  ...defaultNetwork,
  timeoutMilliseconds: 2000,
  attempts: 3,
  backoffMilliseconds: 5,
};
const goldens = join(lab, 'repository/v0.59.1/x86_64');
const index = '/repository/x86_64/APKINDEX.tar.gz';
const published = '/repository/x86_64/hello-shell-1.4.2-r3.apk';

describe('a package by its name, from a server', { skip: cannotRebuild }, () => {
  let server: LabServer;
  let cache: string;
  let repository: string;

  before(async () => {
    server = await startLabServer();
    repository = mkdtempSync(join(tmpdir(), 'wolfi-repro-repository-'));
    for (const name of ['hello-shell-1.4.2-r3.apk', 'meta-only-0-r0.apk'])
      cpSync(join(goldens, name), join(repository, 'x86_64', name), { recursive: true });
    const key = parseSigningKey('lab.rsa', readFileSync(join(lab, 'lab.rsa')));
    await indexFolder(join(repository, 'x86_64'), { key, algorithm: 'RSA256' });
    server.serve('/repository/', repository);
    server.serve('/environment/', labEnvironment!);
  });
  after(async () => {
    await server.close();
    rmSync(repository, { recursive: true });
  });
  beforeEach(() => {
    cache = mkdtempSync(join(tmpdir(), 'wolfi-repro-network-'));
  });
  afterEach(() => rmSync(cache, { recursive: true, force: true }));

  function optionsWith(network: Partial<NetworkOptions> = {}, extra: Partial<RunOptions> = {}): RunOptions {
    const usual = labOptions();
    const inputs = machineInputs(cache, usual.machine.signal, { ...quick, ...network });
    const repositories = [`${server.url}/repository`, `${server.url}/environment`];
    return { ...usual, repositories, machine: { ...usual.machine, inputs }, ...extra };
  }

  async function verifyOne(subject: string, options = optionsWith()): Promise<PackageResult> {
    const { packages } = await verify([subject], options);
    return packages[0]!;
  }

  it('is found, verified and reproduced; a second time without a network', async () => {
    assertReproduced(await verifyOne('hello-shell'), 'valid');
    const before = server.requests.length;
    const offline = optionsWith({ policy: { ...quick.policy, offline: true } });
    assertReproduced(await verifyOne('hello-shell=1.4.2-r3', offline), 'valid');
    assert.equal(server.requests.length, before);
  });

  it('is found by its address', async () => {
    assertReproduced(await verifyOne(`${server.url}${published}`), 'valid');
  });

  const other = readFileSync(join(goldens, 'meta-only-0-r0.apk'));
  const survived: readonly (readonly [string, string, readonly Misbehaviour[]])[] = [
    ['the index comes in pieces', index, [{ kind: 'cut', after: 300 }]],
    ['the server is out of order for a moment', index, [{ kind: 'status', status: 500 }]],
    ['the package comes in pieces', published, [{ kind: 'cut', after: 1000 }]],
    ['the package is another one once', published, [{ kind: 'bytes', bytes: other }]],
    ['the package is cut short once', published, [{ kind: 'wrong-length', more: 5 }]],
  ];
  for (const [what, path, misbehaviours] of survived.filter(oneIn(2))) {
    it(`is reproduced although ${what}`, async () => {
      server.misbehave(path, ...misbehaviours);
      assertReproduced(await verifyOne('hello-shell'), 'valid');
    });
  }

  const foreign = makeKey('lab.rsa.pub');
  const record = recordText({
    P: 'hello-shell',
    V: '1.4.2-r3',
    C: 'Q1AAAAAAAAAAAAAAAAAAAAAAAAAAA=',
    A: 'x86_64',
  });
  const many = (misbehaviour: Misbehaviour) => Array.from({ length: 4 }, () => misbehaviour);
  const refused: readonly (readonly [string, string, readonly Misbehaviour[], string])[] = [
    [
      'an index of another key under the same name',
      index,
      [{ kind: 'bytes', bytes: indexOf(record, foreign) }],
      'inconclusive:environment-invalid',
    ],
    [
      'an index that is no archive',
      index,
      [{ kind: 'bytes', bytes: Buffer.from('<html>') }],
      'inconclusive:environment-invalid',
    ],
    ['no index', index, [{ kind: 'status', status: 404 }], 'inconclusive:environment-unavailable'],
    [
      'another package each time',
      published,
      many({ kind: 'bytes', bytes: other }),
      'rejected:index-mismatch',
    ],
    [
      'a package that is no longer there',
      published,
      [{ kind: 'status', status: 404 }],
      'inconclusive:package-unavailable',
    ],
    [
      'a server that stays out of order',
      published,
      many({ kind: 'status', status: 503 }),
      'inconclusive:unreachable',
    ],
    [
      'a redirect loop',
      published,
      Array.from({ length: 12 }, () => ({ kind: 'redirect', to: published }) as const),
      'inconclusive:unreachable',
    ],
  ];
  for (const [what, path, misbehaviours, outcome] of refused.filter(oneIn(2))) {
    it(`ends with ${outcome} at ${what}, and nothing is built`, async () => {
      server.misbehave(path, ...misbehaviours);
      const result = await verifyOne('hello-shell');
      assert.equal(outcomeOf(result), outcome, explain(result));
      assert.equal(result.plan, undefined);
      await drain(path);
    });
  }

  it('is rejected where the server gives it with a signature of a different key, although the index lists its checksum', async () => {
    const apk = await readWhole(join(goldens, 'hello-shell-1.4.2-r3.apk'));
    const rest = readFileSync(join(goldens, 'hello-shell-1.4.2-r3.apk')).subarray(apk.control.start);
    const control = rest.subarray(0, apk.control.end - apk.control.start);
    const bytes = Buffer.concat([signatureOf(control, foreign), rest]);
    server.misbehave(published, ...many({ kind: 'bytes', bytes }));
    const result = await verifyOne('hello-shell');
    assert.equal(outcomeOf(result), 'rejected:signature-invalid', explain(result));
    assert.ok(result.chain.some(({ link, state }) => link === 'index-checksum' && state === 'verified'));
    assert.equal(result.plan, undefined);
    await drain(published);
  });

  it('is judged by the index of its own run: one that is swapped between requests is not joined with what was seen', async () => {
    assertReproduced(await verifyOne('hello-shell'), 'valid');
    server.misbehave(index, { kind: 'bytes', bytes: indexOf(record, foreign) });
    assert.equal(outcomeOf(await verifyOne('hello-shell')), 'inconclusive:environment-invalid');
    server.misbehave(index, { kind: 'cut', after: 300 }, { kind: 'bytes', bytes: indexOf(record, foreign) });
    assert.equal(outcomeOf(await verifyOne('hello-shell')), 'inconclusive:environment-invalid');
    assertReproduced(await verifyOne('hello-shell'), 'valid');
  });

  it('is not taken from an index that is older than one that was seen before, unless its version is named', async () => {
    const key = makeKey('repository.rsa.pub');
    const { records } = await parseIndex(readFileSync(join(repository, 'x86_64/APKINDEX.tar.gz')));
    const { checksum } = records.of('hello-shell=1.4.2-r3')[0]!;
    const indexAt = (time: string) =>
      indexOf(recordText({ C: checksum, P: 'hello-shell', V: '1.4.2-r3', A: 'x86_64', t: time }), key);
    const options = () => optionsWith({}, { keys: [keyOf(join(lab, 'lab.rsa.pub')), key.public] });
    server.misbehave(index, { kind: 'bytes', bytes: indexAt('1780000000') });
    assertReproduced(await verifyOne('hello-shell', options()), 'valid');
    server.misbehave(
      index,
      { kind: 'bytes', bytes: indexAt('1700000000') },
      { kind: 'bytes', bytes: indexAt('1700000000') },
    );
    assert.equal(outcomeOf(await verifyOne('hello-shell', options())), 'inconclusive:index-rolled-back');
    const named = await verifyOne('hello-shell=1.4.2-r3', options());
    assertReproduced(named, 'valid');
    assert.ok(named.findings.some(({ kind }) => kind === 'index-older'));
  });

  it('has its environment refused where a server gives packages other than those that its index lists', async () => {
    const environment = readdirSync(join(labEnvironment!, 'x86_64')).find((name) =>
      name.startsWith('busybox-'),
    )!;
    const path = `/environment/x86_64/${environment}`;
    server.misbehave(path, ...many({ kind: 'bytes', bytes: other }));
    const result = await verifyOne('hello-shell');
    assert.equal(outcomeOf(result), 'inconclusive:environment-invalid', explain(result));
    await drain(path);
    assertReproduced(await verifyOne('hello-shell'), 'valid');
  });

  it('has what is missing in its environment named, or found in a fallback, or as a file that no index lists', async () => {
    const without = { repositories: [`${server.url}/repository`] };
    const result = await verifyOne('hello-shell', optionsWith({}, without));
    assert.equal(outcomeOf(result), 'inconclusive:environment-unavailable');
    const fallback = { ...without, fallbackRepositories: [`${server.url}/environment`] };
    assertReproduced(await verifyOne('hello-shell', optionsWith({}, fallback)), 'valid');
    const key = makeKey('empty.rsa.pub');
    server.put(
      '/environment/x86_64/APKINDEX.tar.gz',
      indexOf(recordText({ P: 'none', V: '1-r0', C: 'Q1x', A: 'x86_64' }), key),
    );
    const unlisted = await verifyOne(
      'hello-shell',
      optionsWith({}, { keys: [keyOf(join(lab, 'lab.rsa.pub')), key.public] }),
    );
    server.remove('/environment/x86_64/APKINDEX.tar.gz');
    assertReproduced(unlisted, 'valid');
  });

  const moments: readonly (readonly [string, string | undefined])[] = [
    ['the download of an index', index],
    ['the download of a package', published],
    ['the download of the environment', '/environment/x86_64/glibc-2.36-r914.apk'],
    ['the unpacking of the environment', undefined],
  ];
  for (const [what, path] of moments.filter(oneIn(2))) {
    it(`is reproduced after kill -9 in ${what}, and nothing is left over`, async () => {
      const seen = server.requests.length;
      if (path !== undefined) server.misbehave(path, { kind: 'stall', after: 200 });
      const killed = startProgram();
      const unpacking = () => namesIn(join(cache, 'environments')).length > 0;
      const stalled = () => server.requests.slice(seen).some((request) => request.path === path);
      await until(path === undefined ? unpacking : stalled);
      await sleep(path === undefined ? 20 : 100);
      killed.kill('SIGKILL');
      await once(killed, 'close');
      const again = startProgram();
      const [exitCode] = (await once(again, 'close')) as [number];
      assert.equal(exitCode, 0);
      const left = ['store/partial', 'store/aside', 'runs'].flatMap((folder) => namesIn(join(cache, folder)));
      assert.deepEqual(left, []);
      assert.equal(namesIn(join(cache, 'environments')).length, 1);
    });
  }

  function startProgram(): ChildProcess {
    const repositories = ['repository', 'environment'].flatMap((name) => [
      '--repository',
      `${server.url}/${name}`,
    ]);
    const argv = [
      'verify',
      'hello-shell',
      ...repositories,
      '--key',
      join(lab, 'lab.rsa.pub'),
      '--cache',
      cache,
    ];
    return spawn(process.execPath, [program, ...argv, '--sandbox', sandbox!], { stdio: 'ignore' });
  }

  async function until(happened: () => boolean): Promise<void> {
    for (let waited = 0; !happened(); waited += 10) {
      if (waited > 20_000) throw new Error('it did not happen');
      await sleep(10);
    }
  }

  /** Takes what nobody asked for out of the way of the next test. */
  async function drain(path: string): Promise<void> {
    for (let at = 0; at < 16; at += 1)
      await fetch(`${server.url}${path}`, { redirect: 'manual' }).catch(() => undefined);
  }
});

function outcomeOf({ verdict }: PackageResult): string {
  return verdict.kind === 'reproduced' ? verdict.kind : `${verdict.kind}:${verdict.reason}`;
}
