import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import {
  defaultImageBounds,
  type ImageBounds,
  type ImageGuest,
  provideImage,
  readInstalled,
} from '../../../src/execute/rootfs/image.ts';
import { callerIds } from '../../../src/execute/sandbox/caller-ids.ts';
import { openImage } from '../../../src/inputs/oci/oci-layout.ts';
import { findProgram } from '../../../src/process.ts';
import { directoryOf, fileOf, linkOf, type Part, tarOf } from '../../support/apk-builder.ts';
import { codeOf, failure } from '../../support/failures.ts';
import { type Ending, temporaryFolder } from '../../support/folder.ts';
import { type LayerParts, layerOf, ociType, writeLayout } from '../../support/oci-builder.ts';

/** A folder with something beside the guests that must stay as it is. */
function place(context: Ending) {
  const folder = temporaryFolder(context);
  mkdirSync(join(folder, 'outside'));
  writeFileSync(join(folder, 'outside/victim'), 'untouched');
  let count = 0;
  return {
    folder,
    async unpack(
      layers: readonly LayerParts[],
      bounds: ImageBounds = defaultImageBounds,
    ): Promise<ImageGuest> {
      count += 1;
      const layout = join(folder, `layout-${count}`);
      mkdirSync(layout);
      writeLayout(layout, { images: [{ layers }] });
      return provideImage({
        directory: join(folder, 'environments'),
        image: await openImage(layout, 'x86_64'),
        users: [{ username: 'build', uid: 1000, gid: 1000, shell: '', homedir: '' }],
        groups: [{ groupname: 'build', gid: 1000, members: ['build'] }],
        ids: callerIds(),
        signal: new AbortController().signal,
        bounds,
      });
    },
    requireUntouched(what: string) {
      assert.deepEqual(readdirSync(join(folder, 'outside')), ['victim'], what);
      assert.equal(readFileSync(join(folder, 'outside/victim'), 'utf8'), 'untouched', what);
      const left = existsSync(join(folder, 'environments')) ? readdirSync(join(folder, 'environments')) : [];
      assert.deepEqual(
        left.filter((name) => !name.includes('.image-')),
        [],
        what,
      );
    },
  };
}

/** Files and links of a guest without what every guest gets. */
function contentsOf({ root }: ImageGuest): string[] {
  const visit = (path: string): string[] =>
    readdirSync(join(root, path), { withFileTypes: true }).flatMap((entry) => {
      const own = path === '' ? entry.name : `${path}/${entry.name}`;
      if (entry.isDirectory()) return [`${own}/`, ...visit(own)];
      if (entry.isSymbolicLink()) return [`${own} -> ${readlinkSync(join(root, own))}`];
      return [`${own}=${readFileSync(join(root, own), 'utf8')}`];
    });
  const always = /^(tmp|dev|etc|opt|proc|var|usr|home|home\/build|var\/cache)\/$|^etc\/(passwd|group)=/;
  return visit('')
    .filter((each) => !always.test(each))
    .sort();
}

const file = (name: string, content = ''): Part => fileOf(name, content);

test('layers lie over each other: whiteouts hide what is below, wherever they stand', async (context) => {
  const { unpack } = place(context);
  const cases: [what: string, layers: Part[][], expected: string[]][] = [
    ['a later file', [[file('a', '1')], [file('a', '2')]], ['a=2']],
    ['a whiteout of a file', [[file('d/a'), file('d/b')], [file('d/.wh.a')]], ['d/', 'd/b=']],
    ['a whiteout of a folder', [[file('d/a'), file('e')], [file('.wh.d')]], ['e=']],
    ['a whiteout of a link', [[linkOf('l', 'e'), file('e')], [file('.wh.l')]], ['e=']],
    ['a whiteout of nothing', [[file('a')], [file('.wh.b'), file('c/.wh.d')]], ['a=']],
    [
      'a whiteout before its own layer’s file',
      [[file('d/a', '1')], [file('.wh.d'), file('d/b', '2')]],
      ['d/', 'd/b=2'],
    ],
    [
      'a whiteout behind its own layer’s file',
      [[file('d/a', '1')], [file('d/b', '2'), file('.wh.d')]],
      ['d/', 'd/b=2'],
    ],
    ['a whiteout of what its own layer brings', [[file('a', '1')], [file('a', '2'), file('.wh.a')]], ['a=2']],
    [
      'an opaque folder',
      [
        [file('d/a'), file('d/e/f')],
        [file('d/.wh..wh..opq'), file('d/b')],
      ],
      ['d/', 'd/b='],
    ],
    [
      'an opaque folder, told late',
      [
        [file('d/a'), file('d/e/f')],
        [file('d/e/g'), file('d/.wh..wh..opq')],
      ],
      ['d/', 'd/e/', 'd/e/g='],
    ],
    [
      'an opaque root',
      [
        [file('a'), file('usr/b')],
        [file('.wh..wh..opq'), file('c')],
      ],
      ['c='],
    ],
    [
      'an opaque folder behind a link',
      [[file('usr/lib/a'), linkOf('lib', 'usr/lib')], [file('lib/.wh..wh..opq')]],
      ['lib -> usr/lib', 'usr/lib/'],
    ],
    ['notes of another file system', [[file('a')], [file('.wh..wh.plnk/x'), file('.wh..wh.aufs')]], ['a=']],
    ['a folder over a file', [[file('d', '1')], [directoryOf('d/'), file('d/a')]], ['d/', 'd/a=']],
    ['a file over a folder', [[file('d/a'), file('d/b/c')], [file('d', '2')]], ['d=2']],
    [
      'a folder over a link to one',
      [
        [file('usr/lib/a'), linkOf('lib', 'usr/lib')],
        [directoryOf('lib/'), file('lib/b')],
      ],
      ['lib/', 'lib/b=', 'usr/lib/', 'usr/lib/a='],
    ],
    [
      'a file through a link',
      [[file('usr/lib/a'), linkOf('lib', 'usr/lib')], [file('lib/b')]],
      ['lib -> usr/lib', 'usr/lib/', 'usr/lib/a=', 'usr/lib/b='],
    ],
    [
      'a hard link to a lower layer',
      [[file('a', '1')], [{ name: 'b', type: '1', link: 'a' }]],
      ['a=1', 'b=1'],
    ],
    ['a hard link to itself', [[file('a', '1')], [{ name: 'a', type: '1', link: './a' }]], ['a=1']],
    [
      'a file instead of one name of two',
      [[file('a', '1'), { name: 'b', type: '1', link: 'a' }], [file('a', '2')]],
      ['a=2', 'b=1'],
    ],
    ['a path twice', [[file('a', '1'), file('a', '2')]], ['a=2']],
    [
      'paths with dots and slashes',
      [[directoryOf('./'), file('./a'), file('/b'), directoryOf('c//')]],
      ['a=', 'b=', 'c/'],
    ],
    [
      'devices and pipes',
      [[file('a'), { name: 'a', type: '3', major: 1, minor: 3 }, { name: 'b', type: '6' }]],
      [],
    ],
    ['nothing', [[]], []],
  ];
  for (const [what, layers, expected] of cases)
    assert.deepEqual(contentsOf(await unpack(layers.map((parts) => layerOf(...parts)))), expected, what);
});

test('layers may be compressed in three ways, and each is unpacked once', async (context) => {
  const { unpack, folder } = place(context);
  const tar = tarOf([file('a', 'x'.repeat(300_000)), file('usr/lib/b', 'y')]);
  const zstd = findProgram('zstd');
  const forms: LayerParts[] = [
    { tar, blob: tar, mediaType: ociType('layer.v1.tar') },
    { tar },
    { tar, blob: Buffer.concat([gzipSync(tar.subarray(0, 700)), gzipSync(tar.subarray(700))]) },
    ...(zstd === undefined
      ? []
      : [
          {
            tar,
            blob: execFileSync(zstd, ['-c', '-q'], { input: tar }),
            mediaType: ociType('layer.v1.tar+zstd'),
          },
        ]),
  ];
  if (zstd === undefined) context.diagnostic('zstd is not installed: its layers are not looked at');
  for (const form of forms) {
    const guest = await unpack([form]);
    assert.deepEqual(
      contentsOf(guest).map((each) => each.slice(0, 20)),
      ['a=xxxxxxxxxxxxxxxxxx', 'usr/lib/', 'usr/lib/b=y'],
    );
    assert.equal((await unpack([form])).root, guest.root);
  }
  assert.equal(readdirSync(join(folder, 'environments')).length, forms.length);
});

test('modes are those of the image without special bits, whatever the umask', async (context) => {
  const { unpack } = place(context);
  const before = process.umask(0o077);
  try {
    const { root } = await unpack([
      layerOf(
        directoryOf('tmp', 0o1777),
        fileOf('usr/bin/sudo', 'x', { mode: 0o4755 }),
        fileOf('etc/shadow', 'x', { mode: 0o400 }),
        directoryOf('closed', 0o500),
        file('closed/inside'),
      ),
    ]);
    const modeOf = (path: string) => lstatSync(join(root, path)).mode & 0o7777;
    assert.deepEqual(
      ['usr/bin/sudo', 'etc/shadow', 'closed', 'usr/bin'].map(modeOf),
      [0o755, 0o400, 0o500, 0o755],
    );
    assert.equal(modeOf('tmp') & 0o700, 0o700);
  } finally {
    process.umask(before);
  }
});

test('accounts that the steps need are added where the image has none of their name', async (context) => {
  const { unpack } = place(context);
  const read = ({ root }: ImageGuest) =>
    ['passwd', 'group'].map((name) => readFileSync(join(root, 'etc', name), 'utf8'));
  const added = ['build:x:1000:1000:Account created by apko:/home/build:/bin/sh\n', 'build:x:1000:build\n'];
  assert.deepEqual(read(await unpack([layerOf()])), added);
  const root = [file('etc/passwd', 'root:x:0:0:root:/root:/bin/sh'), file('etc/group', 'root:x:0:\n')];
  assert.deepEqual(read(await unpack([layerOf(...root)])), [
    `root:x:0:0:root:/root:/bin/sh\n${added[0]}`,
    `root:x:0:\n${added[1]}`,
  ]);
  const own = [file('etc/passwd', 'build:x:7:7::/:/bin/sh\n'), file('etc/group', 'build:x:7:\n')];
  assert.deepEqual(read(await unpack([layerOf(...own)])), ['build:x:7:7::/:/bin/sh\n', 'build:x:7:\n']);
});

test('what is installed is read from apk’s database, old place or new, and from nothing else', async (context) => {
  const { unpack, folder } = place(context);
  const record = (name: string, version: string) => `C:Q1x\nP:${name}\nV:${version}\nF:usr\nR:P\n\n`;
  const database = `${record('zlib', '1.3-r0')}${record('busybox', '1.36-r1')}`;
  const expected = [
    { name: 'busybox', version: '1.36-r1' },
    { name: 'zlib', version: '1.3-r0' },
  ];
  const cases: [parts: Part[], expected: object[]][] = [
    [[file('lib/apk/db/installed', database)], expected],
    [[file('usr/lib/apk/db/installed', database), linkOf('lib', 'usr/lib')], expected],
    [[file('usr/share/installed', database)], []],
    [[linkOf('lib', `${folder}/outside`)], []],
    [[linkOf('lib/apk/db/installed', '../../../../../outside/victim')], []],
    [[file('lib/apk/db/installed', 'P:only-a-name\n\nV:1\n\n\0\0')], []],
  ];
  for (const [parts, packages] of cases) {
    const guest = await unpack([layerOf(...parts)]);
    assert.deepEqual(guest.packages, packages);
    assert.deepEqual(readInstalled(guest.root), packages);
  }
});

test('a layer that is not what its digests say leaves nothing behind', async (context) => {
  const { unpack, folder, requireUntouched } = place(context);
  const good = layerOf(file('a'));
  const other = tarOf([file('b')]);
  const cases: [what: string, layer: LayerParts][] = [
    ['another content', { tar: good.tar, blob: gzipSync(other) }],
    ['no gzip', { tar: good.tar, blob: good.tar }],
    ['no zstd', { tar: good.tar, mediaType: ociType('layer.v1.tar+zstd') }],
    ['cut gzip', { tar: good.tar, blob: gzipSync(good.tar).subarray(0, -9) }],
    ['bytes behind the gzip', { tar: good.tar, blob: Buffer.concat([gzipSync(good.tar), Buffer.from('x')]) }],
    ['cut tar', { tar: good.tar.subarray(0, 700) }],
    ['no tar', { tar: Buffer.from('x'.repeat(1024)) }],
  ];
  for (const [what, layer] of cases) {
    await assert.rejects(unpack([layerOf(file('lower')), layer]), failure('environment-invalid'), what);
    requireUntouched(what);
    assert.deepEqual(readdirSync(join(folder, 'environments')), [], what);
  }
});

test('hostile layers are refused or stay inside', async (context) => {
  const { unpack, folder, requireUntouched } = place(context);
  const outside = join(folder, 'outside');
  const far = '../'.repeat(20);
  const cases: [what: string, layers: Part[][], refused: boolean][] = [
    ['a path that climbs', [[file('../../../outside/victim', 'x')]], true],
    ['a path that climbs on the way', [[file('usr/../../outside/victim', 'x')]], true],
    ['a whiteout that climbs', [[file('../../../outside/.wh.victim')]], true],
    ['a whiteout of the parent', [[file('usr/.wh...')]], true],
    ['a whiteout of the folder itself', [[file('usr/.wh..')]], true],
    ['a whiteout of no name', [[file('usr/.wh.')]], true],
    ['a file through a link outside', [[linkOf('out', outside), file('out/victim', 'x')]], false],
    [
      'a file through a relative link outside',
      [[linkOf('usr/out', `${far}${outside}`), file('usr/out/victim', 'x')]],
      false,
    ],
    ['a file over a link outside', [[linkOf('out', join(outside, 'victim'))], [file('out', 'x')]], false],
    ['a whiteout through a link outside', [[linkOf('out', outside)], [file('out/.wh.victim')]], false],
    [
      'an opaque folder through a link outside',
      [[linkOf('out', outside)], [file('out/.wh..wh..opq')]],
      false,
    ],
    [
      'a folder’s mode through a link outside',
      [[linkOf('out', outside)], [directoryOf('out/', 0o700)]],
      false,
    ],
    ['a hard link outside', [[{ name: 'a', type: '1', link: join(outside, 'victim') }]], true],
    ['a hard link that climbs', [[{ name: 'a', type: '1', link: `${far}${outside}/victim` }]], true],
    [
      'a hard link through a link outside',
      [[linkOf('out', outside), { name: 'a', type: '1', link: 'out/victim' }]],
      true,
    ],
    ['a hard link to a folder', [[directoryOf('d'), { name: 'a', type: '1', link: 'd' }]], true],
    ['a link among its own parents', [[linkOf('l', 'l'), file('l/a')]], true],
    ['a file below a file', [[file('a'), file('a/b')]], true],
    ['a name beyond the disk’s', [[{ name: 'x', pax: [['path', 'n'.repeat(300)]] }]], true],
    ['a path beyond the bound', [[{ name: 'x', pax: [['path', 'n/'.repeat(3000)]] }]], true],
    ['a path through too many folders', [[{ name: 'x', pax: [['path', 'n/'.repeat(300)]] }]], true],
    ['accounts without end', [[fileOf('etc/passwd', Buffer.alloc(65 * 1024 ** 2))]], true],
    ['a database without end', [[fileOf('lib/apk/db/installed', Buffer.alloc(65 * 1024 ** 2))]], true],
    ['a zero byte', [[{ name: 'x', pax: [['path', 'a\0b']] }]], true],
    ['a sparse file', [[{ name: 'x', pax: [['GNU.sparse.major', '1']] }]], true],
    ['an account file that is a link outside', [[linkOf('etc/passwd', join(outside, 'victim'))]], false],
    ['an account file that is a folder', [[directoryOf('etc/passwd')]], true],
  ];
  for (const [what, layers, refused] of cases) {
    const code = await codeOf(() => unpack(layers.map((parts) => layerOf(...parts))));
    assert.equal(code, refused ? 'environment-invalid' : undefined, what);
    requireUntouched(what);
  }
});

test('bounds hold over all layers together', async (context) => {
  const { unpack } = place(context);
  const two = [layerOf(file('a', 'x'.repeat(1000))), layerOf(file('b'), file('c'))];
  await unpack(two, { entries: 3, bytes: 10_000 });
  await assert.rejects(
    unpack([...two, layerOf(file('d'))], { entries: 3, bytes: 100_000 }),
    failure('environment-invalid'),
  );
  await assert.rejects(
    unpack([layerOf(file('e'))], { entries: 9, bytes: 1000 }),
    failure('environment-invalid'),
  );
  const bomb = { tar: tarOf([file('bomb', Buffer.alloc(50_000_000).toString())]) };
  await assert.rejects(unpack([bomb], { entries: 9, bytes: 1_000_000 }), failure('environment-invalid'));
});

test('whatever layers say, the outcome is a guest or a failure of the environment, and nothing outside changes', async (context) => {
  const { unpack, requireUntouched, folder } = place(context);
  const name = fc
    .array(fc.constantFrom('a', 'b', '.wh.a', '.wh..wh..opq', '.', '..', 'l'), { minLength: 1, maxLength: 4 })
    .map((parts) => parts.join('/'));
  const target = fc.oneof(name, fc.constantFrom('..', '/', 'l', `${folder}/outside`, '../../../outside'));
  const part = fc.record({ name, type: fc.constantFrom('0', '0', '1', '2', '5', '3'), link: target }).map(
    ({ type, link, ...rest }): Part => ({
      ...rest,
      type,
      ...(type === '1' || type === '2' ? { link } : {}),
      content: type === '0' ? 'content' : '',
    }),
  );
  const layers = fc.array(fc.array(part, { maxLength: 8 }), { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(layers, async (given) => {
      const code = await codeOf(() => unpack(given.map((parts) => layerOf(...parts))));
      assert.ok(code === undefined || code === 'environment-invalid', code);
      requireUntouched(JSON.stringify(given));
    }),
    { numRuns: 60 },
  );
});

test('a guest belongs to the ids that are root inside, so that no build has to copy it', async (context) => {
  const { root } = await place(context).unpack([layerOf(fileOf('usr/bin/tool', 'x'))]);
  for (const path of ['', 'usr/bin/tool']) assert.equal(lstatSync(join(root, path)).uid, callerIds().uid);
});
