import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Failure } from '../../src/failure.ts';
import { findSources } from '../../src/inputs/found-sources.ts';
import type { FoundRepository } from '../../src/inputs/git-sources.ts';
import { type Inputs, machineInputs } from '../../src/inputs/inputs.ts';
import type { SourceMirror } from '../../src/inputs/network/mirrors.ts';
import { defaultNetwork } from '../../src/inputs/network/network-options.ts';
import { findProgram } from '../../src/process.ts';
import { gitIn, openWorkshop, type Workshop } from '../support/git-repositories.ts';
import { skipUnless } from '../support/lab.ts';
import { type LabServer, startLabServer } from '../support/lab-server.ts';
import { oneIn } from '../support/thorough.ts';

const recorded = 'https://source.example';

/** Submodules by their path: where they are, and at which commit. */
type Modules = Readonly<Record<string, readonly [url: string, commit: string]>>;

describe('submodules', { skip: skipUnless(findProgram('git'), 'git is not installed') }, () => {
  let server: LabServer;
  let folder: string;
  let inputs: Inputs;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-submodules-'));
    server = await startLabServer();
    server.serve('/git/', join(folder, 'served'));
    const network = { ...defaultNetwork, timeoutMilliseconds: 5000, attempts: 2, backoffMilliseconds: 5 };
    inputs = machineInputs(join(folder, 'cache'), new AbortController().signal, network);
  });
  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  it('are brought with theirs, so that git finds all of them where it looks', async () => {
    const leaf = publish('leaf', { first: {} });
    const middle = publish('middle', { first: { inner: ['../leaf.git', leaf['first']!] } });
    const top = publish('top', { first: { 'deps/middle': [`${recorded}/middle.git`, middle['first']!] } });
    const [found] = await find(['top', top['first']!]);
    assert.deepEqual(addressesOf(found!), ['middle.git', 'leaf.git']);
    const tree = checkOut(found!);
    assert.equal(readFileSync(join(tree, 'deps/middle/inner/file'), 'utf8'), 'first of leaf');
  });

  it('that are asked for at several commits, by several steps and on several levels, are brought with all of them', async () => {
    const shared = publish('shared', { old: {}, new: {}, newest: {} });
    const between = publish('between', { first: { shared: ['../shared.git', shared['old']!] } });
    const one = publish('one', {
      first: { shared: ['../shared.git', shared['new']!], between: ['../between.git', between['first']!] },
    });
    const other = publish('other', { first: { shared: ['../shared.git', shared['newest']!] } });
    const found = await find(['one', one['first']!], ['other', other['first']!]);
    const paths = new Set(found.flatMap(({ submodules = [] }) => submodules).flatMap(pathOfShared));
    assert.equal(paths.size, 1);
    for (const commit of Object.values(shared)) gitIn([...paths][0]!, 'cat-file', '-e', commit);
    const tree = checkOut(found[0]!);
    assert.equal(readFileSync(join(tree, 'shared/file'), 'utf8'), 'new of shared');
    assert.equal(readFileSync(join(tree, 'between/shared/file'), 'utf8'), 'old of shared');
    assert.equal(readFileSync(join(checkOut(found[1]!), 'shared/file'), 'utf8'), 'newest of shared');
  });

  it('of a repository that has an older state of itself as a submodule are brought', async () => {
    const shop = openWorkshop(join(folder, 'work/self'));
    const older = commitWith(shop, 'older', 'self', {});
    const newer = commitWith(shop, 'newer', 'self', { before: ['../self.git', older] });
    shop.publish(join(folder, 'served/self.git'));
    const [found] = await find(['self', newer]);
    assert.equal(readFileSync(join(checkOut(found!), 'before/file'), 'utf8'), 'older of self');
  });

  it('that are nested without end are not a reason to reject the package', async () => {
    const shop = openWorkshop(join(folder, 'work/deep'));
    let commit = commitWith(shop, 'level 0', 'deep', {});
    for (let level = 1; level <= 10; level += 1)
      commit = commitWith(shop, `level ${level}`, 'deep', { below: ['../deep.git', commit] });
    shop.publish(join(folder, 'served/deep.git'));
    await assert.rejects(find(['deep', commit]), (thrown) => {
      assert.ok(thrown instanceof Failure);
      assert.equal(thrown.code, 'unsupported');
      assert.equal(thrown.class, 'inconclusive');
      return true;
    });
  });

  const hostile: readonly (readonly [what: string, gitmodules: string])[] = [
    ['that is no configuration', '[submodule "a"\n\tpath'],
    ['whose path leads out of the tree', '[submodule "a"]\n\tpath = ../../a\n\turl = ../a.git\n'],
    ['with an option for a path', '[submodule "a"]\n\tpath = --output=/tmp/x\n\turl = ../a.git\n'],
    ['with a zero byte', '[submodule "a"]\n\tpath = a\0b\n\turl = ../a.git\n'],
    [
      'with too many entries',
      Array.from({ length: 501 }, (_, at) => `[submodule "${at}"]\n\tpath = ${at}\n`).join(''),
    ],
  ];
  for (const [what, gitmodules] of hostile) {
    it(`in a file ${what} are neither a reason to reject the package nor a defect`, async () => {
      const name = `hostile-${hostile.findIndex(([each]) => each === what)}`;
      const shop = openWorkshop(join(folder, 'work', name));
      const commit = shop.commit('hostile', { file: 'x', '.gitmodules': gitmodules });
      shop.publish(join(folder, 'served', `${name}.git`));
      const outcome = await find([name, commit]).then(
        () => 'found',
        (thrown: unknown) => (thrown instanceof Failure ? thrown.class : thrown),
      );
      assert.ok(outcome === 'found' || outcome === 'inconclusive', String(outcome));
    });
  }

  const leading: readonly (readonly [what: string, section: (outside: string) => string])[] = [
    ['a folder of this machine', (outside) => `url = ${outside}`],
    ['the same as an address of a file', (outside) => `url = file://${outside}`],
    ['what lies above', () => 'url = ../../../outside.git'],
    ['what lies above by an address', () => `url = ${recorded}/../outside.git`],
    ['the same in other letters', () => `url = ${recorded}/%2E%2e/outside.git`],
    ['a program', (outside) => `url = "ext::git upload-pack ${outside}"`],
    ['an option', (outside) => `url = --upload-pack=${outside}`],
    ['a line break', () => `url = "${recorded}/a.git\\nb"`],
  ];
  for (const [at, [what, urlOf]] of [...leading.entries()].filter(oneIn(2))) {
    it(`lead only where the user says: ${what}`, async () => {
      const outside = openWorkshop(join(folder, 'work/outside'));
      const commit = outside.commit('outside', { secret: 'x' });
      const path = join(folder, 'outside.git');
      outside.publish(path);
      const shop = openWorkshop(join(folder, 'work', `leading-${at}`));
      const section = `[submodule "../..\\n"]\n\tpath = sub\n\tupdate = !touch ${join(folder, 'ran')}\n\t${urlOf(path)}\n`;
      shop.commit('leading', { file: 'x', '.gitmodules': section });
      shop.git('update-index', '--add', '--cacheinfo', `160000,${commit},sub`);
      shop.git('commit', '-q', '--amend', '--no-edit');
      shop.publish(join(folder, 'local', `leading-${at}.git`));
      const mirrors = [{ prefix: recorded, location: join(folder, 'local') }];
      await assert.rejects(findIn(mirrors, [`leading-${at}`, shop.git('rev-parse', 'HEAD')]), (thrown) => {
        assert.ok(thrown instanceof Failure);
        assert.equal(thrown.class, 'inconclusive', thrown.message);
        return true;
      });
      assert.ok(!existsSync(join(folder, 'ran')));
    });
  }

  it('that are gone are named, and so is where they were looked for', async () => {
    const top = publish('orphan', { first: { gone: ['../gone.git', 'a'.repeat(40)] } });
    await assert.rejects(find(['orphan', top['first']!]), (thrown) => {
      assert.ok(thrown instanceof Failure);
      assert.equal(thrown.code, 'source-unavailable');
      assert.match(thrown.got ?? '', /gone\.git/);
      return true;
    });
  });

  /** Makes a repository with a commit for each message and returns their ids. */
  function publish<M extends string>(
    name: string,
    states: Readonly<Record<M, Modules>>,
  ): Record<string, string> {
    const shop = openWorkshop(join(folder, 'work', name));
    const commits = Object.entries<Modules>(states).map(([message, modules]) => [
      message,
      commitWith(shop, message, name, modules),
    ]);
    shop.publish(join(folder, 'served', `${name}.git`));
    return Object.fromEntries(commits) as Record<string, string>;
  }

  type Named = readonly [name: string, commit: string];

  function find(...wanted: readonly Named[]): Promise<FoundRepository[]> {
    return findIn([{ prefix: recorded, location: `${server.url}/git` }], ...wanted);
  }

  async function findIn(
    mirrors: readonly SourceMirror[],
    ...wanted: readonly Named[]
  ): Promise<FoundRepository[]> {
    const requests = wanted.map(([name, commit]) => ({
      source: { kind: 'git', repository: `${recorded}/${name}.git`, commit, reference: 'main' } as const,
      git: { tag: '', branch: 'main', depth: undefined, submodules: true, takesTip: false, cherryPicks: [] },
    }));
    const found = await findSources(requests, { caches: [], mirrors }, inputs);
    return found.filter((each) => each.kind === 'git');
  }

  function addressesOf({ submodules = [] }: FoundRepository): string[] {
    return submodules.map(({ address }) => address.replace(`${recorded}/`, ''));
  }

  /** As the step does it in the sandbox: a clone with all submodules, of nothing but what was brought. */
  function checkOut({ source, repository, submodules = [] }: FoundRepository): string {
    const tree = mkdtempSync(join(folder, 'tree-'));
    const instead = [{ address: source.repository, repository }, ...submodules].flatMap(
      ({ address, repository: path }) => ['-c', `url.file://${path}.insteadOf=${address}`],
    );
    const settings = [...instead, '-c', 'protocol.allow=never', '-c', 'protocol.file.allow=always'];
    gitIn(tree, ...settings, 'clone', '-q', '--no-checkout', source.repository, '.');
    gitIn(tree, ...settings, 'checkout', '-q', source.commit);
    gitIn(tree, ...settings, 'submodule', '--quiet', 'update', '--init', '--recursive');
    assert.ok(existsSync(join(tree, 'file')));
    return tree;
  }
});

function pathOfShared({ address, repository }: { address: string; repository: string }): string[] {
  return address.endsWith('/shared.git') ? [repository] : [];
}

function commitWith(shop: Workshop, message: string, name: string, modules: Modules): string {
  const sections = Object.entries(modules).map(
    ([path, [url]]) => `[submodule "${path}"]\n\tpath = ${path}\n\turl = ${url}\n`,
  );
  shop.commit(message, { file: `${message} of ${name}`, '.gitmodules': sections.join('') });
  for (const [path, [, commit]] of Object.entries(modules))
    shop.git('update-index', '--add', '--cacheinfo', `160000,${commit},${path}`);
  shop.git('commit', '-q', '--amend', '--no-edit', '--allow-empty');
  return shop.git('rev-parse', 'HEAD');
}
