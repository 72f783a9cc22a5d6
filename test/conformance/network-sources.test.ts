/** Sources from servers, recipes from a repository, bundles: the whole path on the larger lab, which has recipes that fetch. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeBundle } from '../../src/bundle/bundle.ts';
import { openBundle } from '../../src/bundle/open.ts';
import type { RunOptions } from '../../src/flow/run-options.ts';
import { machineInputs } from '../../src/inputs/inputs.ts';
import { defaultNetwork, type NetworkOptions } from '../../src/inputs/network/network-options.ts';
import { lock } from '../../src/lock.ts';
import type { PackageResult } from '../../src/verdict/result.ts';
import { verify } from '../../src/verify.ts';
import { type Golden, goldens, lab, program, sharedLab } from '../support/lab.ts';
import { labEnvironment } from '../support/lab-environment.ts';
import { type LabServer, type Misbehaviour, startLabServer } from '../support/lab-server.ts';
import { packedSources } from '../support/sources.ts';
import { isThorough, oneIn } from '../support/thorough.ts';
import { assertReproduced, cannotRebuildFrom, cannotRebuildShared, explain, labOptions } from './lab-run.ts';

const quick: NetworkOptions = {
  ...defaultNetwork,
  timeoutMilliseconds: 3000,
  attempts: 3,
  backoffMilliseconds: 5,
};
const skip = cannotRebuildShared();
/** `false`, or why the newest golden of each of these recipes cannot be rebuilt. */
const unlessBuilt = (...names: readonly string[]) =>
  skip === false && cannotRebuildFrom(...names.map(fileOf));
const tally = 'sha256:616df3918e20def85123f991915948469cfdb4090ad4e452626137b82b2787ad';
const pebble = 'sha256:b1d3cd7ec1c02c9c80c4d0afc6583f6b1b91f13a5e2f0a519c6e94a1b87481d2';
const commit = '5d7a3c9e1f20b48d6a7c8e9f0123456789abcdef';

/** The oldest and the newest version of melange: what lies between differs in no way that concerns sources. */
const ends: ReadonlySet<string> = new Set(isThorough ? ['v0.17.7', 'v0.59.1'] : ['v0.59.1']);

describe('sources from a server', { skip, concurrency: false }, () => {
  let server: LabServer;
  let cache: string;

  before(async () => {
    server = await startLabServer();
    const { cache: archives, mirror } = packedSources();
    server.put('/sources/tally-0.7.1.tar.gz', readFileSync(join(archives, tally)));
    server.put('/sources/libpebble-2.3.4.tar.gz', readFileSync(join(archives, pebble)));
    server.serve('/git/', mirror.location);
  });
  after(() => server.close());
  beforeEach(() => {
    cache = mkdtempSync(join(tmpdir(), 'wolfi-repro-sources-'));
  });
  afterEach(() => rmSync(cache, { recursive: true, force: true }));

  function optionsWith(extra: Partial<RunOptions> = {}, network: Partial<NetworkOptions> = {}): RunOptions {
    const usual = labOptions();
    const inputs = machineInputs(cache, usual.machine.signal, { ...quick, ...network });
    const sourceMirrors = [
      { prefix: 'https://lab.example/', location: server.url },
      { prefix: 'http://127.0.0.1:18080/', location: `${server.url}/git` },
    ];
    return { ...usual, sourceMirrors, machine: { ...usual.machine, inputs }, ...extra };
  }

  const fetching = (sharedLab === undefined ? [] : goldens(sharedLab)).filter(
    ({ recipe, reproducible }) =>
      reproducible && /\/(tally|tally-patched|libpebble|git-hello)\.yaml$/.test(recipe),
  );
  const groups = new Map<string, Golden[]>();
  for (const golden of fetching.filter(({ melange }) => ends.has(melange)))
    groups.set(golden.recipe, [...(groups.get(golden.recipe) ?? []), golden]);
  for (const [recipe, group] of [...groups].filter(oneIn(2))) {
    const files = group.map(({ file }) => join(sharedLab!, file));
    it(`make every golden of ${recipe} come out reproduced`, {
      skip: cannotRebuildFrom(...files),
    }, async () => {
      const { sourceDir } = group[0]!;
      const options = optionsWith({
        allowUnsigned: group.some(({ signed }) => !signed),
        ...(sourceDir === undefined ? {} : { sourceDirectory: join(sharedLab!, sourceDir) }),
      });
      const { packages } = await verify(files, options);
      for (const [index, result] of packages.entries())
        assertReproduced(result, group[index]!.signed ? 'valid' : 'unsigned');
    });
  }

  const other = Buffer.from('another source');
  const cases: readonly (readonly [string, string, readonly Misbehaviour[], string])[] = [
    ['another archive once', 'tally', [{ kind: 'bytes', bytes: other }], 'reproduced'],
    [
      'another archive each time',
      'tally',
      Array.from({ length: 4 }, () => ({ kind: 'bytes', bytes: other }) as const),
      'inconclusive:source-mismatch',
    ],
    [
      'an archive that is gone',
      'tally',
      [{ kind: 'status', status: 404 }],
      'inconclusive:source-unavailable',
    ],
    ['an archive cut in the middle', 'tally', [{ kind: 'cut', after: 500 }], 'reproduced'],
    [
      'a repository that is gone',
      'git-hello',
      [{ kind: 'status', status: 404 }],
      'inconclusive:source-unavailable',
    ],
    [
      'a repository that is out of order for a moment',
      'git-hello',
      [{ kind: 'status', status: 503 }],
      'reproduced',
    ],
  ];
  for (const [what, name, misbehaviours, outcome] of cases) {
    it(`end with ${outcome} at ${what}`, { skip: unlessBuilt(name) }, async () => {
      const path = name === 'tally' ? '/sources/tally-0.7.1.tar.gz' : '/git/hello.git/info/refs';
      server.misbehave(path, ...misbehaviours);
      const result = await verifyOne(name, optionsWith());
      assert.equal(outcomeOf(result), outcome, explain(result));
      for (let at = 0; at < 4; at += 1)
        await fetch(`${server.url}${path}?service=git-upload-pack`).catch(() => undefined);
    });
  }

  it('are not requested where only the package chose the address', {
    skip: unlessBuilt('git-hello'),
  }, async () => {
    const result = await verifyOne('git-hello', optionsWith({ sourceMirrors: [] }));
    assert.equal(outcomeOf(result), 'inconclusive:source-unavailable');
    assert.ok(
      result.verdict.kind === 'inconclusive' && result.verdict.failure.hint?.includes('--allow-plain-http'),
    );
  });

  it('are locked, bundled, and verified elsewhere without a network', {
    skip: unlessBuilt('git-hello', 'tally-patched'),
  }, async () => {
    for (const name of ['tally-patched', 'git-hello'].filter(oneIn(2))) {
      const options = optionsWith({
        sourceDirectory: name === 'tally-patched' ? join(sharedLab!, 'recipes/tally-patched') : undefined,
      });
      const subject = fileOf(name);
      const bundle = join(cache, `${name}.bundle`);
      const manifest = await writeBundle(subject, bundle, 'test', options);
      const locked = await lock(subject, options);
      assert.equal(manifest.plan, locked.identity);
      assert.ok(
        locked.environment.every(
          ({ foundIn, indexKey }) => foundIn === 'index' && indexKey === 'lab.rsa.pub',
        ),
      );
      const result = await verifyBundle(bundle);
      assertReproduced(result, 'valid');
      assert.equal(result.plan?.identity, manifest.plan);
    }
  });

  it('are refused in a bundle that was changed', { skip: unlessBuilt('tally') }, async () => {
    const bundle = join(cache, 'tally.bundle');
    await writeBundle(fileOf('tally'), bundle, 'test', optionsWith());
    const bytes = readFileSync(bundle);
    for (const at of [1000, Math.floor(bytes.length / 2), bytes.length - 5000]) {
      const changed = Buffer.from(bytes);
      changed[at] = changed[at]! ^ 1;
      writeFileSync(`${bundle}.changed`, changed);
      await assert.rejects(verifyBundle(`${bundle}.changed`), { code: 'bundle-invalid' }, String(at));
    }
    writeFileSync(`${bundle}.changed`, bytes.subarray(0, bytes.length / 2));
    await assert.rejects(verifyBundle(`${bundle}.changed`), { code: 'bundle-invalid' });
  });

  it('come with the recipe of a repository, whose commit an Export trailer names, and which is compared', {
    skip: unlessBuilt('tally-patched'),
  }, async () => {
    const repository = makeRecipeRepository(join(cache, 'os'));
    const served = join(cache, 'served');
    mkdirSync(served);
    git(cache, 'clone', '-q', '--bare', repository, join(served, 'os.git'));
    server.serve('/recipes/', served);
    for (const recipeRepository of [repository, `${server.url}/recipes/os.git`]) {
      const result = await verifyOne('tally-patched', optionsWith({ recipeRepository }));
      assertReproduced(result, 'valid');
      assert.deepEqual(
        result.findings.map(({ kind }) => kind).filter((kind) => kind.startsWith('recipe-')),
        ['recipe-same'],
      );
    }
    const changed = join(repository, 'tally-patched.yaml');
    writeFileSync(changed, readFileSync(changed, 'utf8').replace(/^ {2}version: .*/m, '  version: 0.7.0'));
    git(repository, 'commit', '-q', '-a', '--amend', '-m', `Changed\n\nExport:  ${commit}`);
    const [finding] = (
      await verifyOne('tally-patched', optionsWith({ recipeRepository: repository }))
    ).findings.filter(({ kind }) => kind === 'recipe-differs');
    assert.match(finding?.detail ?? '', /version: 0\.7\.0 in git, 0\.7\.1 in the package/);
  });

  it('are fetched again after kill -9 in the middle of a repository, and nothing is left over', {
    skip: unlessBuilt('git-hello'),
  }, async () => {
    const argv = [
      'lock',
      '--repository',
      labEnvironment!,
      '--key',
      join(lab, 'lab.rsa.pub'),
      '--cache',
      cache,
    ];
    const mirror = ['--source-mirror', `http://127.0.0.1:18080/=${server.url}/git`];
    const start = () =>
      spawn(process.execPath, [program, ...argv, ...mirror, fileOf('git-hello')], { stdio: 'ignore' });
    const seen = server.requests.length;
    server.put('/git/hello.git/git-upload-pack', Buffer.alloc(1000));
    server.misbehave('/git/hello.git/git-upload-pack', { kind: 'stall', after: 10 });
    const killed = start();
    while (!server.requests.slice(seen).some(({ path }) => path.endsWith('/git-upload-pack')))
      await sleep(10);
    killed.kill('SIGKILL');
    await once(killed, 'close');
    server.remove('/git/hello.git/git-upload-pack');
    assert.equal(((await once(start(), 'close')) as [number])[0], 0);
    assert.equal(readdirSync(join(cache, 'git')).length, 1);
  });

  async function verifyOne(name: string, options: RunOptions): Promise<PackageResult> {
    const { packages } = await verify([fileOf(name)], options);
    return packages[0]!;
  }

  /** With an empty cache and nobody to ask. */
  async function verifyBundle(bundle: string): Promise<PackageResult> {
    const elsewhere = join(cache, 'elsewhere', basename(bundle));
    const usual = labOptions({ repositories: [] });
    const offline = { ...quick, policy: { ...quick.policy, offline: true } };
    const inputs = machineInputs(elsewhere, usual.machine.signal, offline);
    const opened = await openBundle(bundle, 'test', {
      ...usual,
      machine: { ...usual.machine, cache: elsewhere, inputs },
    });
    const { packages } = await verify([opened.path], opened.options);
    return packages[0]!;
  }
});

function fileOf(name: string): string {
  const golden = goldens(sharedLab!).find(
    ({ recipe, melange }) => recipe === `recipes/${name}.yaml` && melange === 'v0.59.1',
  )!;
  return join(sharedLab!, golden.file);
}

function outcomeOf({ verdict }: PackageResult): string {
  return verdict.kind === 'reproduced' ? verdict.kind : `${verdict.kind}:${verdict.reason}`;
}

/** Of the lab's recipes, as the public copy of a private repository has them. */
function makeRecipeRepository(path: string): string {
  mkdirSync(path);
  git(path, 'init', '-q', '-b', 'main');
  git(path, 'commit', '-q', '--allow-empty', '-m', 'Start');
  for (const name of ['tally-patched.yaml', 'tally-patched'])
    cpSync(join(sharedLab!, 'recipes', name), join(path, name), { recursive: true });
  git(path, 'add', '-A');
  git(path, 'commit', '-q', '-m', `tally-patched package update\n\nExport:  ${commit}`);
  return path;
}

function git(folder: string, ...argv: readonly string[]): string {
  const identity = {
    GIT_AUTHOR_NAME: 'L',
    GIT_AUTHOR_EMAIL: 'l@l.example',
    GIT_COMMITTER_NAME: 'L',
    GIT_COMMITTER_EMAIL: 'l@l.example',
  };
  const env = { ...process.env, ...identity, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
  return execFileSync('git', ['-C', folder, ...argv], {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();
}
