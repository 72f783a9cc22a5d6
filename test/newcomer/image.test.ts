/** The container image: its base, and its layers and layout, which depend on nothing but what goes in. GNU tar, skopeo and umoci judge them. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { makeFolder } from '../support/folder.ts';
import { root } from '../support/lab.ts';
import { lacks } from '../support/programs.ts';

type Tree = Map<string, { type: string; mode: number; owner?: number; linkname?: string; data?: Buffer }>;
const load = (name: string) => import(pathToFileURL(join(root, 'scripts/image', name)).href);
const { unpackInto, writeLayer } = await load('tree.mjs');
const { writeLayout } = await load('layout.mjs');
const { baseTree, user, wanted } = await load('base.mjs');

const long = `usr/share/${'long-name/'.repeat(12)}file`;
const epoch = new Date(0);

function run(program: string, ...argv: string[]): string {
  const { status, stdout, stderr } = spawnSync(program, argv, {
    encoding: 'utf8',
    env: { ...process.env, TZ: 'UTC', LC_ALL: 'C' },
  });
  assert.equal(status, 0, stderr);
  return stdout;
}

/** What GNU tar packs of a folder in the given order, times and owners as they are. */
function tarOf(folder: string, names: readonly string[]): Buffer {
  const { status, stdout } = spawnSync('tar', [
    '--format=gnu',
    '--mode=u=rwX,go=rX',
    '-C',
    folder,
    '-cf',
    '-',
    ...names,
  ]);
  assert.equal(status, 0);
  return stdout;
}

const installed = (program: string) =>
  spawnSync(program, ['--version']).error === undefined ? false : `${program} is not installed`;

describe('the container image', { skip: lacks('tar') }, () => {
  let folder: string;
  let packed: string;
  const names = ['usr/bin/tool', 'usr/bin/another-name', 'usr/bin/sh', long, 'etc'];
  const place = (path: string) => path;
  before(() => {
    folder = makeFolder();
    packed = join(folder, 'packed');
    for (const name of ['usr/bin', 'etc', dirname(long)]) mkdirSync(join(packed, name), { recursive: true });
    writeFileSync(join(packed, 'usr/bin/tool'), '#!/bin/sh\n', { mode: 0o755 });
    linkSync(join(packed, 'usr/bin/tool'), join(packed, 'usr/bin/another-name'));
    symlinkSync('tool', join(packed, 'usr/bin/sh'));
    writeFileSync(join(packed, long), 'long\n');
  });
  after(() => rmSync(folder, { recursive: true }));

  const treeOf = async (order: readonly string[]) => {
    const tree: Tree = new Map();
    await unpackInto(tree, tarOf(packed, order), place);
    return tree;
  };
  const layoutOf = async (name: string, tree: Tree, time = epoch): Promise<string> =>
    writeLayout(
      join(folder, name),
      { name: '1.2.3', config: { User: '1000:1000' }, layers: [{ tree, from: 'a test' }] },
      time,
    );

  it('has the same digest whatever the order of what goes in, and another for another byte, mode, owner or time', async () => {
    const first = await layoutOf('first', await treeOf(names));
    assert.equal(await layoutOf('second', await treeOf(names.toReversed())), first);
    const changes: readonly ((tree: Tree) => unknown)[] = [
      (tree) => tree.set('etc/more', { type: 'file', mode: 0o644, data: Buffer.from('1') }),
      (tree) => tree.set('etc', { type: 'directory', mode: 0o700 }),
      (tree) => tree.set('etc', { type: 'directory', mode: 0o755, owner: 1000 }),
    ];
    const digests = new Set([first]);
    for (const [at, change] of changes.entries()) {
      const tree = await treeOf(names);
      change(tree);
      digests.add(await layoutOf(`changed-${at}`, tree));
    }
    digests.add(await layoutOf('later', await treeOf(names), new Date(1000)));
    assert.equal(digests.size, changes.length + 2);
  });

  it('has layers that GNU tar reads: in order, of root, of one time, with every folder, long names and hard links', async () => {
    const blobs = join(folder, 'layer');
    mkdirSync(blobs);
    const tree = await treeOf(names);
    tree.set('home/user', { type: 'directory', mode: 0o755, owner: 1000 });
    const { digest, size } = await writeLayer(tree, { blobs, time: epoch });
    const file = join(blobs, digest.slice('sha256:'.length));
    assert.deepEqual(readdirSync(blobs), [digest.slice('sha256:'.length)]);
    assert.equal(statSync(file).size, size);
    const rows = run('tar', '--numeric-owner', '-tvf', file).trimEnd().split('\n');
    const listed = rows.map((row) => /^(\S+) (\S+) +\d+ (\S+ \S+) (.*)$/.exec(row)!.slice(1));
    assert.deepEqual(new Set(listed.map(([, , time]) => time)), new Set(['1970-01-01 00:00']));
    const folders = dirname(long)
      .split('/')
      .map((_, at, all) => `${all.slice(0, at + 1).join('/')}/`);
    assert.deepEqual(
      listed.map(([mode, owner, , name]) => `${mode} ${owner} ${name}`),
      [
        ...['etc/', 'home/'].map((name) => `drwxr-xr-x 0/0 ${name}`),
        'drwxr-xr-x 1000/1000 home/user/',
        ...['usr/', 'usr/bin/'].map((name) => `drwxr-xr-x 0/0 ${name}`),
        '-rwxr-xr-x 0/0 usr/bin/another-name',
        'lrwxrwxrwx 0/0 usr/bin/sh -> tool',
        'hrwxr-xr-x 0/0 usr/bin/tool link to usr/bin/another-name',
        ...folders.slice(1).map((name) => `drwxr-xr-x 0/0 ${name}`),
        `-rw-r--r-- 0/0 ${long}`,
      ],
    );
    const out = join(folder, 'extracted');
    mkdirSync(out);
    run('tar', '--no-same-owner', '-C', out, '-xf', file);
    assert.equal(readFileSync(join(out, 'usr/bin/tool'), 'utf8'), '#!/bin/sh\n');
    assert.equal(statSync(join(out, 'usr/bin/tool')).ino, statSync(join(out, 'usr/bin/another-name')).ino);
    assert.equal(readFileSync(join(out, long), 'utf8'), 'long\n');
  });

  it('is refused where a hard link leads out of its layer or a device is in it', async () => {
    const blobs = join(folder, 'refused');
    mkdirSync(blobs);
    const stray: Tree = new Map([['a', { type: 'link', mode: 0o644, linkname: 'b' }]]);
    await assert.rejects(writeLayer(stray, { blobs, time: epoch }));
    spawnSync('mkfifo', [join(packed, 'pipe')]);
    await assert.rejects(treeOf(['pipe']));
  });

  it('is a layout in which every blob has the digest and the size that name it', async () => {
    const digest = await layoutOf('layout', await treeOf(names));
    const blob = (of: { digest: string; size: number }) => {
      const bytes = readFileSync(join(folder, 'layout/blobs/sha256', of.digest.slice('sha256:'.length)));
      assert.equal(`sha256:${createHash('sha256').update(bytes).digest('hex')}`, of.digest);
      assert.equal(bytes.length, of.size);
      return bytes;
    };
    assert.deepEqual(JSON.parse(readFileSync(join(folder, 'layout/oci-layout'), 'utf8')), {
      imageLayoutVersion: '1.0.0',
    });
    const index = JSON.parse(readFileSync(join(folder, 'layout/index.json'), 'utf8'));
    assert.equal(index.manifests[0].digest, digest);
    const manifest = JSON.parse(blob(index.manifests[0]).toString());
    for (const layer of manifest.layers) blob(layer);
    const config = JSON.parse(blob(manifest.config).toString());
    assert.deepEqual(
      config.rootfs.diff_ids,
      manifest.layers.map((layer: { digest: string }) => layer.digest),
    );
  });

  it('is what skopeo takes for an image', { skip: installed('skopeo') }, async () => {
    const digest = await layoutOf('for-skopeo', await treeOf(names));
    const { Digest, Architecture, Created } = JSON.parse(
      run('skopeo', 'inspect', `oci:${join(folder, 'for-skopeo')}:1.2.3`),
    );
    assert.deepEqual(
      { Digest, Architecture, Created },
      { Digest: digest, Architecture: 'amd64', Created: '1970-01-01T00:00:00Z' },
    );
  });

  it('is what umoci unpacks', { skip: installed('umoci') }, async () => {
    await layoutOf('for-umoci', await treeOf(names));
    const bundle = join(folder, 'bundle');
    run(
      'umoci',
      'unpack',
      ...(process.getuid?.() === 0 ? [] : ['--rootless']),
      '--image',
      `${join(folder, 'for-umoci')}:1.2.3`,
      bundle,
    );
    assert.equal(readFileSync(join(bundle, 'rootfs', long), 'utf8'), 'long\n');
    const { process: started } = JSON.parse(readFileSync(join(bundle, 'config.json'), 'utf8'));
    assert.deepEqual([started.user.uid, started.user.gid], [1000, 1000]);
  });

  it('has of Debian packages a merged usr, licences, certificates, an ordinary user and no setuid program but those that map ids', {
    skip: installed('dpkg-deb'),
  }, async () => {
    const source = join(folder, 'deb');
    const files: Readonly<Record<string, [mode: number, text: string]>> = {
      'DEBIAN/control': [
        0o644,
        'Package: all\nVersion: 1\nArchitecture: all\nMaintainer: a <a@b.invalid>\nDescription: all\n',
      ],
      'bin/su': [0o4755, 'su'],
      'usr/bin/newuidmap': [0o4755, 'map'],
      'usr/share/base-passwd/passwd.master': [0o644, 'root:*:0:0:root:/root:/bin/bash\n'],
      'usr/share/base-passwd/group.master': [0o644, 'root:*:0:\n'],
      'usr/share/libc-bin/nsswitch.conf': [0o644, 'hosts: files dns\n'],
      'usr/share/ca-certificates/mozilla/B.crt': [0o644, 'B\n'],
      'usr/share/ca-certificates/mozilla/A.crt': [0o644, 'A\n'],
      'usr/share/doc/all/copyright': [0o644, 'free\n'],
      'usr/share/doc/all/changelog': [0o644, 'long\n'],
      'usr/share/man/man1/su.1': [0o644, 'su\n'],
    };
    for (const [name, [mode, text]] of Object.entries(files)) {
      mkdirSync(dirname(join(source, name)), { recursive: true });
      writeFileSync(join(source, name), text);
      run('chmod', mode.toString(8), join(source, name));
    }
    run('dpkg-deb', '-Znone', '--root-owner-group', '--build', source, join(folder, 'all.deb'));
    const tree: Tree = await baseTree([join(folder, 'all.deb')]);
    const text = (name: string) => tree.get(name)?.data?.toString();
    assert.equal(tree.get('bin')?.linkname, 'usr/bin');
    assert.equal(tree.get('usr/bin/su')?.mode, 0o755);
    assert.equal(tree.get('usr/bin/newuidmap')?.mode, 0o4755);
    assert.equal(
      text('etc/passwd'),
      'root:*:0:0:root:/root:/bin/bash\nwolfi:x:1000:1000::/home/wolfi:/bin/sh\n',
    );
    assert.deepEqual(tree.get('home/wolfi'), { type: 'directory', mode: 0o755, owner: user.id });
    assert.equal(text('etc/ssl/certs/ca-certificates.crt'), 'A\nB\n');
    assert.equal(text('usr/share/doc/all/copyright'), 'free\n');
    assert.ok(!tree.has('usr/share/doc/all/changelog') && !tree.has('usr/share/man/man1/su.1'));
    assert.match(text('var/lib/dpkg/status')!, /^Package: all\nStatus: install ok installed\nVersion: 1\n/);
  });

  it('pins each of its packages by version and digest, and says of none where it is fetched', () => {
    const read = (name: string) => readFileSync(join(root, 'scripts/image', name), 'utf8');
    const debs: Readonly<Record<string, string>>[] = JSON.parse(read('base.lock.json'));
    for (const deb of debs) {
      assert.deepEqual(Object.keys(deb), ['name', 'version', 'arch', 'sha256']);
      assert.match(deb['sha256']!, /^[0-9a-f]{64}$/, deb['name']);
    }
    const locked = new Set(debs.map(({ name }) => name));
    assert.deepEqual(
      wanted.filter((name: string) => !locked.has(name)),
      [],
    );
    const node = JSON.parse(read('node.lock.json'));
    assert.deepEqual(Object.keys(node), ['name', 'version', 'integrity']);
    assert.match(node.integrity, /^sha512-[A-Za-z0-9+/]{86}==$/);
    const least = /(\d+)\.(\d+)/.exec(
      JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).engines.node,
    )!;
    const [major, minor] = node.version.split('.').map(Number);
    assert.ok(major > Number(least[1]) || (major === Number(least[1]) && minor >= Number(least[2])));
  });
});
