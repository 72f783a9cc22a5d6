import assert from 'node:assert/strict';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { deflateSync } from 'node:zlib';
import { findSources } from '../../../src/inputs/found-sources.ts';
import { servedConfiguration } from '../../../src/inputs/git/own-repository.ts';
import { type Inputs, machineInputs } from '../../../src/inputs/inputs.ts';
import { defaultNetwork } from '../../../src/inputs/network/network-options.ts';
import { findRecipe } from '../../../src/inputs/recipe-repository.ts';
import type { GitRequest, SourceRequest } from '../../../src/plan/requested-sources.ts';
import { findProgram } from '../../../src/process.ts';
import { failure } from '../../support/failures.ts';
import { filesBelow, makeFolder } from '../../support/folder.ts';
import { gitIn, openWorkshop, type Workshop } from '../../support/git-repositories.ts';
import { skipUnless } from '../../support/lab.ts';

const recorded = 'https://source.example';
const request: GitRequest = {
  tag: '',
  branch: 'main',
  depth: undefined,
  submodules: false,
  takesTip: false,
  cherryPicks: [],
};

/** Keys of git-config(1) whose value is a program, or leads to one; `%` stands for the program. */
const programKeys: readonly (readonly [key: string, value: string])[] = [
  ['alias.fetch', '!%'],
  ['alias.log', '!%'],
  ['alias.upload-pack', '!%'],
  ['browser.x.cmd', '%'],
  ['core.alternateRefsCommand', '%'],
  ['core.askPass', '%'],
  ['core.editor', '%'],
  ['core.fsmonitor', '%'],
  ['core.gitProxy', '%'],
  ['core.pager', '%'],
  ['core.sshCommand', '%'],
  ['credential.helper', '!%'],
  ['diff.external', '%'],
  ['diff.x.command', '%'],
  ['diff.x.textconv', '%'],
  ['difftool.x.cmd', '%'],
  ['diff.tool', 'x'],
  ['filter.x.clean', '%'],
  ['filter.x.smudge', '%'],
  ['filter.x.process', '%'],
  ['gpg.program', '%'],
  ['gpg.openpgp.program', '%'],
  ['gpg.x509.program', '%'],
  ['gpg.ssh.program', '%'],
  ['gpg.ssh.defaultKeyCommand', '%'],
  ['log.showSignature', 'true'],
  ['guitool.x.cmd', '%'],
  ['imap.tunnel', '%'],
  ['instaweb.httpd', '%'],
  ['interactive.diffFilter', '%'],
  ['log.diffMerges', 'on'],
  ['man.x.cmd', '%'],
  ['merge.x.driver', '%'],
  ['mergetool.x.cmd', '%'],
  ['notes.rewriteRef', 'refs/notes/*'],
  ['pack.packObjectsHook', '%'],
  ['pager.log', '%'],
  ['pager.ls-tree', '%'],
  ['protocol.ext.allow', 'always'],
  ['protocol.allow', 'always'],
  ['receive.procReceiveRefs', 'refs'],
  ['remote.origin.url', 'ext::%'],
  ['remote.origin.promisor', 'true'],
  ['remote.origin.partialclonefilter', 'blob:none'],
  ['remote.origin.receivepack', '%'],
  ['remote.origin.uploadpack', '%'],
  ['remote.origin.vcs', 'ext'],
  ['remote.origin.proxy', 'ext::%'],
  ['sendemail.sendmailCmd', '%'],
  ['sendemail.smtpServer', '%'],
  ['sequence.editor', '%'],
  ['submodule.module.update', '!%'],
  ['tar.tar.gz.command', '%'],
  ['trailer.Export.cmd', '%'],
  ['trailer.Export.command', '%'],
  ['uploadpack.packObjectsHook', '%'],
  ['url.ext::%.insteadOf', '/'],
  ['web.browser', '%'],
];

const hooks = [
  'applypatch-msg',
  'fsmonitor-watchman',
  'post-checkout',
  'post-index-change',
  'post-update',
  'pre-auto-gc',
  'pre-push',
  'proc-receive',
  'reference-transaction',
  'update',
];

describe('a git repository in a folder that others made', {
  skip: skipUnless(findProgram('git'), 'git is not installed'),
}, () => {
  let folder: string;
  let place: string;
  let shop: Workshop;
  let first: string;
  let second: string;
  let inputs: Inputs;
  let count = 0;

  const source = (commit: string, wanted: Partial<GitRequest> = {}): SourceRequest => ({
    source: { kind: 'git', repository: `${recorded}/repo`, commit, reference: 'main' },
    git: { ...request, ...wanted },
  });
  const find = async (commit: string, wanted: Partial<GitRequest> = {}, mirror = place) => {
    const policy = { ...defaultNetwork.policy, offline: true };
    const offline = machineInputs(join(place, 'cache'), new AbortController().signal, {
      ...defaultNetwork,
      policy,
    });
    const mirrors = [{ prefix: `${recorded}/`, location: mirror }];
    const [found] = await findSources([source(commit, wanted)], { caches: [], mirrors }, offline);
    assert.ok(found?.kind === 'git');
    return found.repository;
  };
  const recipe = (commit: string, from = shop.tree) =>
    findRecipe(from, { commit, file: 'repo.yaml' }, inputs);

  before(() => {
    folder = makeFolder();
  });
  after(() => rmSync(folder, { recursive: true }));
  beforeEach(() => {
    count += 1;
    place = join(folder, String(count));
    shop = openWorkshop(join(place, 'repo'));
    first = shop.commit('First', { 'repo.yaml': 'one', 'repo/patch': 'fix' });
    shop.git('tag', 'v1');
    second = shop.commit(`Second\n\nExport: ${'b'.repeat(40)}`, { 'repo.yaml': 'two' });
    inputs = machineInputs(join(place, 'cache'), new AbortController().signal);
  });

  it('is handed out as an export: no configuration, no untracked file, no link, nothing of its folder', async () => {
    gitIn(shop.tree, 'config', 'remote.origin.url', 'https://user:TOKEN@host.example/x');
    writeFileSync(join(shop.tree, 'untracked'), 'TOKEN');
    gitIn(shop.tree, 'update-ref', 'refs/secret/x', first);
    const path = await find(first);
    assert.equal(readFileSync(join(path, 'config'), 'utf8'), servedConfiguration);
    const files = filesBelow(path);
    assert.ok(files.length > 4);
    for (const file of files) {
      assert.ok(lstatSync(join(path, file)).isFile(), file);
      assert.match(file, /^(?:HEAD|config|packed-refs|shallow|objects\/.*|refs\/(?:heads|tags)\/.*)$/);
      assert.ok(!readFileSync(join(path, file), 'latin1').includes('TOKEN'), file);
    }
    assert.equal(gitIn(path, 'rev-parse', 'main', 'v1'), `${second}\n${first}`);
    assert.equal(gitIn(path, 'fsck', '--full', '--strict'), '');
  });

  it('does not vouch for a missing commit, whatever its tags say', async () => {
    const gone = 'f'.repeat(40);
    appendFileSync(join(shop.tree, '.git/packed-refs'), `${gone} refs/tags/v9\n`);
    for (const wanted of [{}, { branch: '', tag: 'v9', depth: 1 }, { branch: '', depth: 1 }])
      await assert.rejects(find(gone, wanted), failure('source-unavailable'));
    await assert.rejects(find(second, { branch: '', tag: 'v1', depth: 1 }), failure('source-mismatch'));
  });

  it('is refused where an object is missing or is a different one', async () => {
    const tree = gitIn(shop.tree, 'rev-parse', `${first}:repo`);
    const blob = gitIn(shop.tree, 'rev-parse', `${first}:repo/patch`);
    const other = deflateSync(Buffer.from('blob 4\0evil'));
    for (const id of [first, tree, blob]) {
      const path = join(shop.tree, '.git/objects', id.slice(0, 2), id.slice(2));
      const bytes = readFileSync(path);
      rmSync(path);
      await assert.rejects(find(first), failure('source-unavailable'), id);
      await assert.rejects(recipe(first), /./, id);
      writeFileSync(path, other);
      await assert.rejects(find(first), failure('source-unavailable'), id);
      await assert.rejects(recipe(first), /./, id);
      rmSync(path);
      writeFileSync(path, bytes);
    }
    assert.ok(await find(first));
  });

  it('borrows nothing from elsewhere: alternates, links and pointers out of the folder are not followed', async () => {
    const elsewhere = join(place, 'elsewhere');
    cpSync(shop.tree, elsewhere, { recursive: true });
    const git = join(shop.tree, '.git');
    const objects = join(git, 'objects');
    const cases: Record<string, () => void> = {
      alternates: () => {
        mkdirSync(join(objects, 'info'), { recursive: true });
        writeFileSync(join(objects, 'info/alternates'), `${join(elsewhere, '.git/objects')}\n`);
      },
      'a link to objects': () => {
        rmSync(objects, { recursive: true });
        symlinkSync(join(elsewhere, '.git/objects'), objects);
      },
      'links to folders of objects': () => {
        for (const name of readdirSync(join(elsewhere, '.git/objects')))
          symlinkSync(join(elsewhere, '.git/objects', name), join(objects, name));
      },
      'links to single objects': () => {
        for (const file of filesBelow(join(elsewhere, '.git/objects'))) {
          mkdirSync(join(objects, file, '..'), { recursive: true });
          symlinkSync(join(elsewhere, '.git/objects', file), join(objects, file));
        }
      },
      commondir: () => writeFileSync(join(git, 'commondir'), join(elsewhere, '.git')),
      'a file .git': () => {
        rmSync(git, { recursive: true });
        writeFileSync(git, `gitdir: ${join(elsewhere, '.git')}\n`);
      },
      'a link .git': () => {
        rmSync(git, { recursive: true });
        symlinkSync(join(elsewhere, '.git'), git);
      },
    };
    for (const [what, prepare] of Object.entries(cases)) {
      rmSync(shop.tree, { recursive: true });
      cpSync(elsewhere, shop.tree, { recursive: true });
      rmSync(objects, { recursive: true });
      mkdirSync(objects);
      prepare();
      await assert.rejects(find(first), failure('source-unavailable'), what);
      const found = await recipe(first).catch(() => undefined);
      assert.equal(found, undefined, what);
    }
  });

  it('has its references in its own folder', async () => {
    const references = join(shop.tree, '.git/refs');
    renameSync(references, join(place, 'references'));
    symlinkSync(join(place, 'references'), references);
    await assert.rejects(find(first), failure('source-unavailable'));
    await assert.rejects(recipe(first), failure('unreachable'));
  });

  it('has no influence by replacements and grafts', async () => {
    gitIn(shop.tree, 'replace', second, gitIn(shop.tree, 'commit-tree', '-m', 'Evil', `${first}^{tree}`));
    mkdirSync(join(shop.tree, '.git/info'), { recursive: true });
    writeFileSync(join(shop.tree, '.git/info/grafts'), `${second}\n`);
    const path = await find(second);
    assert.equal(gitIn(path, 'rev-list', '--count', 'main'), '2');
    assert.equal(gitIn(path, 'for-each-ref', 'refs/replace'), '');
    assert.equal(String((await recipe(second))?.recipe), 'two');
  });

  it('may be a work tree, a bare one with its ending or without, packed, shallow, of many branches', async () => {
    shop.git('branch', 'ünder/näme');
    shop.git('tag', '-a', '-m', 'v2', 'v2');
    shop.git('gc', '-q');
    assert.equal(gitIn(await find(first), 'rev-parse', 'ünder/näme'), second);
    const forms: Record<string, readonly string[]> = {
      'bare/repo.git': ['--bare'],
      'plain/repo': ['--bare'],
      'shallow/repo': ['--bare', '--depth=1'],
    };
    for (const [at, flags] of Object.entries(forms)) {
      gitIn(place, 'clone', '-q', ...flags, `file://${shop.tree}`, join(place, at));
      for (const depth of [undefined, 1]) {
        const path = await find(second, { depth }, join(place, at, '..'));
        assert.equal(gitIn(path, 'rev-parse', 'main'), second);
        assert.equal(gitIn(path, 'rev-parse', 'HEAD'), second);
      }
    }
    assert.equal(String((await recipe('b'.repeat(40)))?.recipe), 'two');
  });

  it('is read again after it has moved on, and what was exported of it stays as it was', async () => {
    const before = await find(first);
    const third = shop.commit('Third', { 'repo.yaml': 'three' });
    const after = await find(first);
    assert.notEqual(before, after);
    assert.equal(gitIn(before, 'rev-parse', 'main'), second);
    assert.equal(gitIn(after, 'rev-parse', 'main'), third);
    assert.equal(await find(first), after);
  });

  const owners = process.getuid?.() === 0 ? ['of its user', 'of somebody else'] : ['of its user'];
  for (const owner of owners) {
    it(`starts no program, whatever its configuration and hooks name (a folder ${owner})`, async () => {
      const marker = join(place, 'marker');
      const program = join(place, 'program');
      writeFileSync(program, `#!/bin/sh\ntouch ${marker}\ncat\n`);
      chmodSync(program, 0o755);
      const signed = signedCommit(shop, second);
      const git = join(shop.tree, '.git');
      writeFileSync(
        join(git, 'further'),
        `[core]\n\tfsmonitor = ${program}\n[gpg]\n\tprogram = ${program}\n`,
      );
      for (const [key, value] of [...programKeys, ...everyKey()])
        writeKey(join(git, 'config'), key.replace('%', program), value.replace('%', program));
      writeKey(join(git, 'config'), 'include.path', 'further');
      for (const [at, text] of [
        ['.git/info/attributes', '* filter=x diff=x merge=x\n'],
        ['.gitattributes', '* filter=x diff=x merge=x\n'],
      ] as const) {
        mkdirSync(join(shop.tree, at, '..'), { recursive: true });
        writeFileSync(join(shop.tree, at), text);
      }
      mkdirSync(join(git, 'hooks'), { recursive: true });
      for (const hook of hooks) cpSync(program, join(git, 'hooks', hook));
      cpSync(program, join(git, 'pack-objects-hook'));
      if (owner === 'of somebody else') giveAway(shop.tree);
      await find(first);
      await find(signed, { branch: '', tag: '', depth: 1 });
      assert.equal(String((await recipe(signed))?.recipe), 'two');
      assert.equal((await recipe('b'.repeat(40)))?.commit, signed);
      assert.equal(await recipe('c'.repeat(40)), undefined);
      assert.equal(existsSync(marker), false);
    });
  }
});

function giveAway(path: string): void {
  const stat = lstatSync(path);
  chownSync(path, 12345, 12345);
  if (stat.isDirectory()) for (const name of readdirSync(path)) giveAway(join(path, name));
}

/** The keys that this git knows, each with a program for a value. */
function everyKey(): [key: string, value: string][] {
  return gitIn('/', 'help', '--config')
    .split('\n')
    .filter((line) => /^[A-Za-z][\w-]*(?:\..+)?\.[A-Za-z][\w-]*$/.test(line))
    .map((key) => [key.replace(/<[^>]*>|\*/g, 'x'), '%']);
}

/** Git itself does not set some keys to what it could not use. */
function writeKey(file: string, key: string, value: string): void {
  const [, section, between, name] = /^([^.]+)(?:\.(.+))?\.([^.]+)$/.exec(key)!;
  const head = between === undefined ? section : `${section} "${between}"`;
  appendFileSync(file, `[${head}]\n\t${name} = "${value}"\n`);
}

/** The same as another commit, with what looks like a signature, at the tip of the branch. */
function signedCommit({ tree }: Workshop, commit: string): string {
  const file = join(tree, '../signed');
  const [headers, ...message] = gitIn(tree, 'cat-file', 'commit', commit).split('\n\n');
  const signature = 'gpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----';
  writeFileSync(file, `${headers}\n${signature}\n\n${message.join('\n\n')}\n`);
  const id = gitIn(tree, 'hash-object', '-t', 'commit', '-w', file);
  gitIn(tree, 'update-ref', 'refs/heads/main', id);
  return id;
}
