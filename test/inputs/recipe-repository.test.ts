import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { lookUpExport } from '../../src/inputs/git/export-trailers.ts';
import { openForeign } from '../../src/inputs/git/foreign-repository.ts';
import type { Git } from '../../src/inputs/git/git-program.ts';
import { type Inputs, machineInputs } from '../../src/inputs/inputs.ts';
import { defaultNetwork, type NetworkOptions } from '../../src/inputs/network/network-options.ts';
import { findRecipe } from '../../src/inputs/recipe-repository.ts';
import { findProgram } from '../../src/process.ts';
import { failure } from '../support/failures.ts';
import { makeFolder } from '../support/folder.ts';
import { openWorkshop, type Workshop } from '../support/git-repositories.ts';
import { skipUnless } from '../support/lab.ts';
import { type LabServer, startLabServer } from '../support/lab-server.ts';

const quick: NetworkOptions = {
  ...defaultNetwork,
  timeoutMilliseconds: 5000,
  attempts: 2,
  backoffMilliseconds: 5,
};
const idOf = (at: number) => at.toString(16).padStart(40, '0');
const exported = (at: number) => `A package update\n\nExport:  ${idOf(at)}`;

describe('the repository of recipes', {
  skip: skipUnless(findProgram('git'), 'git is not installed'),
  concurrency: false,
}, () => {
  let server: LabServer;
  let folder: string;
  let workshop: Workshop;
  let place: string;
  let bare: string;
  let inputs: Inputs;
  let address: string;
  let count = 0;
  let copies = 0;
  const open = (network: Partial<NetworkOptions> = {}) =>
    machineInputs(join(place, 'cache'), new AbortController().signal, { ...quick, ...network });
  const find = (commit: string, from = address, file = 'hello.yaml') =>
    findRecipe(from, { commit, file }, inputs);
  const textOf = async (commit: string, from?: string) => {
    const found = await find(commit, from);
    return found?.recipe === undefined ? undefined : Buffer.from(found.recipe).toString();
  };

  /** Looks an internal commit up in the workshop as it is now. */
  const lookUp = async (at: number, git: Git = inputs.git()) => {
    copies += 1;
    const foreign = await openForeign(workshop.tree, join(place, `own-${copies}`));
    return lookUpExport(git, foreign!.repository, workshop.tree, idOf(at), inputs.store);
  };

  before(async () => {
    folder = makeFolder();
    server = await startLabServer();
  });
  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => {
    count += 1;
    place = join(folder, String(count));
    mkdirSync(join(place, 'served'), { recursive: true });
    bare = join(place, 'served/os.git');
    workshop = openWorkshop(join(place, 'work'));
    server.serve(`/${count}/`, join(place, 'served'));
    address = `${server.url}/${count}/os.git`;
    inputs = open();
  });

  it('gives the recipe of a commit with what lay beside it, from a server and from a folder', async () => {
    const first = workshop.commit('First', { 'hello.yaml': 'one', 'hello/patch': 'fix', 'other.yaml': 'x' });
    const second = workshop.commit('Second', { 'hello.yaml': 'two' });
    workshop.publish(bare);
    for (const from of [address, workshop.tree]) {
      const found = (await find(first, from))!;
      assert.deepEqual([found.commit, found.mapped], [first, false]);
      assert.equal(Buffer.from(found.recipe!).toString(), 'one');
      assert.equal(readFileSync(join(found.folder!, 'patch'), 'utf8'), 'fix');
      assert.equal(await textOf(second, from), 'two');
    }
  });

  it('gives the public commit of an internal one, only by its Export trailer', async () => {
    workshop.commit(`Export: ${idOf(9)} is not at the end of a line, ${exported(8)}x`, {
      'hello.yaml': 'none',
    });
    const commit = workshop.commit(exported(1), { 'hello.yaml': 'one' });
    workshop.commit(exported(2), { 'hello.yaml': 'two' });
    workshop.publish(bare);
    for (const from of [address, workshop.tree]) {
      const found = (await find(idOf(1), from))!;
      assert.deepEqual([found.commit, found.mapped], [commit, true]);
      assert.equal(Buffer.from(found.recipe!).toString(), 'one');
      assert.equal(await find(idOf(3), from), undefined);
      assert.equal(await find(idOf(8), from), undefined);
    }
  });

  it('says that a commit has no such recipe, and that there is no such commit', async () => {
    const commit = workshop.commit('First', { 'hello.yaml': 'one' });
    workshop.publish(bare);
    assert.equal((await find(commit, address, 'bye.yaml'))!.recipe, undefined);
    assert.equal(await find(idOf(1)), undefined);
    for (const file of ['../hello.yaml', '--output=x.yaml', 'hello'])
      assert.equal((await find(commit, address, file))?.recipe, undefined, file);
    await assert.rejects(find(commit, `${server.url}/none.git`), { code: 'unreachable' });
  });

  it('refuses what no folder can hold: a name twice, and names and paths that are too long', async () => {
    const write = (type: string, content: Uint8Array) =>
      execFileSync('git', ['-C', workshop.tree, 'hash-object', '-t', type, '-w', '--literally', '--stdin'], {
        input: content,
        encoding: 'utf8',
      }).trim();
    const treeOf = (...entries: readonly (readonly [mode: string, name: string, id: string])[]) =>
      write(
        'tree',
        Buffer.concat(
          entries.flatMap(([mode, name, id]) => [Buffer.from(`${mode} ${name}\0`), Buffer.from(id, 'hex')]),
        ),
      );
    const blob = write('blob', Buffer.from('x'));
    const folder = treeOf(['100644', 'y', blob]);
    const nested = Array.from({ length: 12 }).reduce<string>(
      (inner) => treeOf(['40000', 'n'.repeat(200), inner]),
      folder,
    );
    const cases: Record<string, string> = {
      'a file and a folder': treeOf(['100644', 'x', blob], ['40000', 'x', folder]),
      'a folder and a file': treeOf(['40000', 'x', folder], ['100644', 'x', blob]),
      'two files': treeOf(['100644', 'x', blob], ['100644', 'x', blob]),
      'a long name': treeOf(['100644', 'x'.repeat(256), blob]),
      'a long name of a folder': treeOf(['40000', 'x'.repeat(256), folder]),
      'a long path': nested,
    };
    for (const [what, beside] of Object.entries(cases)) {
      const root = treeOf(['40000', 'hello', beside], ['100644', 'hello.yaml', blob]);
      const commit = workshop.git('commit-tree', '-m', 'x', root);
      workshop.git('update-ref', 'refs/heads/main', commit);
      await assert.rejects(
        findRecipe(workshop.tree, { commit, file: 'hello.yaml' }, inputs),
        failure('recipe-files-unavailable'),
        what,
      );
    }
  });

  it('asks the server again for a commit that came later, and not for one that is present', async () => {
    workshop.commit(exported(1), { 'hello.yaml': 'one' });
    workshop.publish(bare);
    assert.equal(await textOf(idOf(1)), 'one');
    workshop.commit(exported(2), { 'hello.yaml': 'two' });
    workshop.publish(bare);
    assert.equal(await textOf(idOf(2)), 'two');
    inputs = open({ policy: { ...quick.policy, offline: true } });
    const before = server.requests.length;
    assert.equal((await lookUp(1)) !== undefined, true);
    assert.equal(server.requests.length, before);
  });

  it('adds to the index of trailers what is new, and no more', async () => {
    workshop.commit(exported(1), { 'hello.yaml': 'one' });
    const git = inputs.git();
    const logs: string[][] = [];
    const watched: Git = (repository, argv) => {
      if (argv.includes('log')) logs.push([...argv]);
      return git(repository, argv);
    };
    const look = (at: number) => lookUp(at, watched);
    const first = await look(1);
    assert.equal(await look(1), first);
    assert.equal(logs.length, 1);
    const second = workshop.commit(exported(2));
    assert.equal(await look(2), second);
    assert.equal(await look(1), first);
    assert.equal(logs.length, 2);
    assert.ok(logs[1]!.includes(`^${first}`));
  });

  it('makes the index again for a history that was rewritten: its earlier entries are gone', async () => {
    workshop.commit('Start');
    const before = workshop.commit(exported(1), { 'hello.yaml': 'one' });
    const look = lookUp;
    assert.equal(await look(1), before);
    workshop.git('reset', '-q', '--hard', 'HEAD~1');
    const after = workshop.commit(exported(1), { 'hello.yaml': 'another' });
    assert.equal(await look(1), after);
    workshop.git('reset', '-q', '--hard', 'HEAD~1');
    workshop.commit(exported(2), { 'hello.yaml': 'third' });
    assert.equal(await look(1), undefined);
  });

  it('follows a history that the server rewrote', async () => {
    workshop.commit(exported(1), { 'hello.yaml': 'one' });
    workshop.publish(bare);
    assert.equal(await textOf(idOf(1)), 'one');
    workshop.git('checkout', '-q', '--orphan', 'anew');
    workshop.commit(exported(2), { 'hello.yaml': 'two' });
    workshop.git('branch', '-q', '-M', 'main');
    workshop.publish(bare);
    assert.equal(await textOf(idOf(2)), 'two');
  });

  it('makes the index again where the stored one is damaged', async () => {
    const commit = workshop.commit(exported(1));
    const look = () => lookUp(1);
    await look();
    for (const note of [
      '',
      'x',
      'null',
      '{}',
      '{"tips":["--all"],"object":"x"}',
      `{"tips":[],"object":"${'a'.repeat(64)}"}`,
    ]) {
      inputs.store.remember(`exports ${workshop.tree}`, note);
      assert.equal(await look(), commit, note);
    }
  });
});
