import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { findSources } from '../../../src/inputs/found-sources.ts';
import { type Inputs, machineInputs } from '../../../src/inputs/inputs.ts';
import { defaultNetwork, type NetworkOptions } from '../../../src/inputs/network/network-options.ts';
import type { GitRequest, SourceRequest } from '../../../src/plan/requested-sources.ts';
import { findProgram } from '../../../src/process.ts';
import { skipUnless } from '../../support/lab.ts';
import { type LabServer, startLabServer } from '../../support/lab-server.ts';

const quick: NetworkOptions = {
  ...defaultNetwork,
  timeoutMilliseconds: 5000,
  attempts: 2,
  backoffMilliseconds: 5,
};
const whole: GitRequest = {
  tag: '',
  branch: 'main',
  depth: undefined,
  submodules: false,
  takesTip: false,
  cherryPicks: [],
};
const tagged: GitRequest = {
  tag: 'v1',
  branch: '',
  depth: 1,
  submodules: false,
  takesTip: false,
  cherryPicks: [],
};

describe('git over HTTP', { skip: skipUnless(findProgram('git'), 'git is not installed') }, () => {
  let server: LabServer;
  let folder: string;
  let commits: { first: string; second: string; tag: string; module: string };
  let inputs: Inputs;
  const open = (network: Partial<NetworkOptions> = {}) =>
    machineInputs(mkdtempSync(join(folder, 'cache-')), new AbortController().signal, {
      ...quick,
      ...network,
    });

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-git-'));
    server = await startLabServer();
    server.serve('/git/', join(folder, 'served'));
    commits = makeRepositories(folder, server.url);
    inputs = open();
  });
  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  const fetchOne = (commit: string, request: GitRequest, from = inputs) =>
    from.repository(`${server.url}/git/program.git`, 'named', [{ commit, request }]);

  it('brings a tag of the pinned commit, no deeper than asked', async () => {
    const fetched = (await fetchOne(commits.first, tagged))!;
    assert.deepEqual(fetched.commits, [commits.first]);
    assert.equal(gitIn(fetched.path, 'rev-list', '--count', commits.first), '1');
    assert.deepEqual(
      readdirSync(fetched.path).filter((name) => name === 'hooks' || name === 'FETCH_HEAD'),
      [],
    );
  });

  it('uses the commit of an annotated tag', async () => {
    const fetched = (await fetchOne(commits.tag, { ...tagged, tag: 'v2' }))!;
    assert.equal(gitIn(fetched.path, 'rev-parse', 'refs/tags/v2^{commit}'), commits.second);
  });

  it('refuses a tag that is a different commit than the pinned one', async () => {
    await assert.rejects(fetchOne(commits.second, tagged), { code: 'source-mismatch' });
    assert.deepEqual(
      readdirSync(join(folder)).filter((name) => name.includes('partial')),
      [],
    );
  });

  it('brings whole histories with all branches and tags', async () => {
    const fetched = (await fetchOne(commits.first, whole))!;
    assert.equal(gitIn(fetched.path, 'rev-list', '--count', 'main'), '2');
    assert.match(gitIn(fetched.path, 'tag'), /v1\nv2/);
    assert.equal(gitIn(fetched.path, 'symbolic-ref', 'HEAD'), 'refs/heads/main');
  });

  it('brings a commit whose branch is gone', async () => {
    const fetched = (await fetchOne(commits.first, { ...whole, branch: 'gone', depth: 1 }))!;
    assert.equal(gitIn(fetched.path, 'rev-parse', 'gone'), commits.first);
  });

  it('says which commit it is where nothing pins it', async () => {
    assert.deepEqual((await fetchOne('', { ...tagged, tag: 'v2' }))!.commits, [commits.second]);
  });

  it('does not fetch again what is pinned', async () => {
    const before = server.requests.length;
    assert.ok((await fetchOne(commits.first, tagged)) !== undefined);
    assert.equal(server.requests.length, before);
  });

  it('says that there is no repository, or no such tag', async () => {
    assert.equal(await inputs.repository(`${server.url}/git/none.git`, 'named', []), undefined);
    await assert.rejects(fetchOne(commits.first, { ...tagged, tag: 'v9' }), { code: 'unreachable' });
  });

  it('keeps to the address policy, also behind redirects', async () => {
    const address = `${server.url}/git/program.git`;
    const wanted = [{ commit: commits.first, request: tagged }];
    await assert.rejects(open().repository(address, 'recorded', wanted), { code: 'address-refused' });
    server.misbehave('/git/program.git/info/refs', { kind: 'redirect', to: 'http://10.255.255.1/info/refs' });
    await assert.rejects(open().repository(address, 'named', wanted), { code: 'address-refused' });
    await assert.rejects(open().repository('ssh://127.0.0.1/x', 'named', wanted), {
      code: 'address-refused',
    });
    const offline = open({ policy: { ...quick.policy, offline: true } });
    await assert.rejects(offline.repository(address, 'named', wanted), { code: 'unreachable' });
  });

  it('brings submodules under the addresses that the step will ask for', async () => {
    const recorded = 'https://source.example/program.git';
    const request: SourceRequest = {
      source: { kind: 'git', repository: recorded, commit: commits.second, reference: 'v2' },
      git: { ...tagged, tag: 'v2', submodules: true },
    };
    const mirrors = [{ prefix: 'https://source.example/', location: `${server.url}/git` }];
    const [found] = await findSources([request], { caches: [], mirrors }, inputs);
    assert.ok(found?.kind === 'git');
    assert.deepEqual(
      found.submodules?.map(({ address }) => address),
      ['https://source.example/module.git'],
    );
    const [module] = found.submodules!;
    assert.equal(gitIn(module!.repository, 'cat-file', '-t', commits.module), 'commit');
  });
});

function makeRepositories(folder: string, url: string) {
  const tree = (name: string) => join(folder, 'work', name);
  for (const name of ['program', 'module']) {
    mkdirSync(tree(name), { recursive: true });
    gitIn(tree(name), 'init', '-q', '-b', 'main');
    writeFileSync(join(tree(name), 'file'), name);
    gitIn(tree(name), 'add', '-A');
    gitIn(tree(name), 'commit', '-q', '-m', 'first');
  }
  const module = gitIn(tree('module'), 'rev-parse', 'HEAD');
  const first = gitIn(tree('program'), 'rev-parse', 'HEAD');
  gitIn(tree('program'), 'tag', 'v1');
  writeFileSync(join(tree('program'), '.gitmodules'), '[submodule "m"]\n\tpath = m\n\turl = ../module.git\n');
  gitIn(tree('program'), 'add', '.gitmodules');
  gitIn(tree('program'), 'update-index', '--add', '--cacheinfo', `160000,${module},m`);
  gitIn(tree('program'), 'commit', '-q', '-m', `second of ${url}`);
  gitIn(tree('program'), 'tag', '-a', '-m', 'v2', 'v2');
  const second = gitIn(tree('program'), 'rev-parse', 'HEAD');
  const tag = gitIn(tree('program'), 'rev-parse', 'refs/tags/v2');
  for (const name of ['program', 'module'])
    gitIn(folder, 'clone', '-q', '--bare', tree(name), join(folder, 'served', `${name}.git`));
  return { first, second, tag, module };
}

function gitIn(folder: string, ...argv: readonly string[]): string {
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
