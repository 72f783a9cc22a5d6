import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { findSources } from '../../src/inputs/found-sources.ts';
import { type Inputs, machineInputs } from '../../src/inputs/inputs.ts';
import { defaultNetwork } from '../../src/inputs/network/network-options.ts';
import { findRecipe } from '../../src/inputs/recipe-repository.ts';
import { findProgram } from '../../src/process.ts';
import { failure } from '../support/failures.ts';
import { gitIn, openWorkshop } from '../support/git-repositories.ts';
import { skipUnless } from '../support/lab.ts';
import { type LabServer, startLabServer } from '../support/lab-server.ts';

describe('inputs that must not contact a server', {
  skip: skipUnless(findProgram('git'), 'git is not installed'),
}, () => {
  let server: LabServer;
  let folder: string;
  let cache: string;
  let commits: { readonly recipe: string; readonly later: string };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-offline-'));
    cache = join(folder, 'cache');
    const shop = openWorkshop(join(folder, 'work'));
    const recipe = shop.commit('recipes', { 'one.yaml': 'one', 'two.yaml': 'two', 'two/patch': 'patch' });
    const later = shop.commit('later', { 'one.yaml': 'another' });
    commits = { recipe, later };
    shop.publish(join(folder, 'served/os.git'));
    server = await startLabServer();
    server.serve('/git/', join(folder, 'served'));
    server.put('/file', Buffer.from('file'));
  });
  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  const open = (offline: boolean): Inputs =>
    machineInputs(cache, new AbortController().signal, {
      ...defaultNetwork,
      policy: { ...defaultNetwork.policy, offline },
      attempts: 2,
      backoffMilliseconds: 5,
      resolve: async () => (offline ? assert.fail('a name was looked up') : []),
    });
  /** Runs without a network and requires that the server saw nothing. */
  async function offline<V>(work: (inputs: Inputs) => Promise<V>): Promise<V> {
    const seen = server.requests.length;
    try {
      return await work(open(true));
    } finally {
      assert.equal(server.requests.length, seen);
    }
  }
  const request = (commit: string) => ({
    source: { kind: 'git', repository: `${server.url}/git/os.git`, commit, reference: 'main' } as const,
    git: { tag: '', branch: 'main', depth: 1, submodules: false, takesTip: false, cherryPicks: [] },
  });

  it('have what was fetched before, and fail for the rest', async () => {
    const location = `${server.url}/file`;
    await assert.rejects(
      offline((inputs) => inputs.obtain(location)),
      failure('unreachable'),
    );
    const path = await open(false).obtain(location);
    assert.equal(await offline((inputs) => inputs.obtain(location)), path);
    await assert.rejects(
      offline((inputs) => inputs.obtain(`${server.url}/other`)),
      failure('unreachable'),
    );
  });

  it('have repositories of sources that were fetched before, and no others', async () => {
    const mirrors = [{ prefix: server.url, location: server.url }];
    const find = (inputs: Inputs, commit: string) =>
      findSources([request(commit)], { caches: [], mirrors }, inputs);
    await assert.rejects(
      offline((inputs) => find(inputs, commits.later)),
      failure('source-unavailable'),
    );
    const [found] = await find(open(false), commits.later);
    assert.ok(found?.kind === 'git');
    const [again] = await offline((inputs) => find(inputs, commits.later));
    assert.deepEqual(again, found);
    await assert.rejects(
      offline((inputs) => find(inputs, commits.recipe)),
      failure('source-unavailable'),
    );
  });

  it('have recipes whose contents were fetched before; git itself fetches none for the others', async () => {
    const location = `${server.url}/git/os.git`;
    const find = (inputs: Inputs, file: string, commit = commits.recipe) =>
      findRecipe(location, { commit, file }, inputs);
    await assert.rejects(
      offline((inputs) => find(inputs, 'one.yaml')),
      failure('unreachable'),
    );
    const found = await find(open(false), 'one.yaml');
    assert.equal(String(found?.recipe), 'one');
    assert.deepEqual(await offline((inputs) => find(inputs, 'one.yaml')), found);
    await assert.rejects(
      offline((inputs) => find(inputs, 'two.yaml')),
      failure('unreachable'),
    );
    assert.equal(await offline((inputs) => find(inputs, 'one.yaml', 'f'.repeat(40))), undefined);
  });

  it('do not let a folder of the user’s lead git elsewhere', async () => {
    const [served, partial] = [join(folder, 'served/os.git'), join(folder, 'partial')];
    gitIn(served, 'config', 'uploadpack.allowFilter', 'true');
    gitIn(folder, 'clone', '-q', '--bare', '--filter=blob:none', `file://${served}`, partial);
    gitIn(partial, 'config', 'remote.origin.url', `${server.url}/git/os.git`);
    const wanted = { commit: commits.recipe, file: 'one.yaml' };
    await assert.rejects(
      offline((inputs) => findRecipe(partial, wanted, inputs)),
      failure('unreachable'),
    );
  });
});
