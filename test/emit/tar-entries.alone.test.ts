import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entryPath } from '../../src/apk/entry-rules.ts';
import { pkgInfoValue } from '../../src/apk/pkginfo.ts';
import {
  chunksOf,
  dataEntries,
  installedSize,
  type OwnershipRules,
  withFile,
  withXattrs,
} from '../../src/emit/tar-entries.ts';
import type { EntryType } from '../../src/execute/tree.ts';
import { contentOf } from '../../src/formats/content.ts';
import { goldens } from '../support/lab.ts';
import { labPackage } from '../support/lab-packages.ts';
import { type TreePart, tree } from '../support/tree-builder.ts';
import { formatAt } from './sbom/input.ts';

const rules: OwnershipRules = {
  builder: { uid: 0, gid: 0 },
  build: { uid: 1000, gid: 1000 },
  names: {
    users: new Map([
      [0, 'root'],
      [65534, 'nobody'],
    ]),
    groups: new Map([[0, 'root']]),
  },
  sbom: 'var/lib/db/sbom/sample-1.0-r0.spdx.json',
};

function headersOf(version: string, parts: readonly TreePart[], given: OwnershipRules = rules) {
  return dataEntries(tree(...parts), formatAt(version), given, 42).map(({ header }) => header);
}

/** One version of each generation of the file system that melange packs from. */
const versions = ['v0.17.7', 'v0.23.1', 'v0.23.7', 'v0.26.9', 'v0.30.4', 'v0.59.1'] as const;

test('modes reach the archive as each version let them', () => {
  const cases: [type: EntryType, mode: number, emitted: readonly number[]][] = [
    ['directory', 0o1777, [0o1777, 0o777, 0o777, 0o777, 0o777, 0o777]],
    ['directory', 0o2755, [0o2755, 0o755, 0o755, 0o755, 0o755, 0o755]],
    ['file', 0o4755, [0o4755, 0o755, 0o755, 0o4755, 0o4755, 0o4755]],
    ['file', 0o640, [0o640, 0o640, 0o640, 0o640, 0o640, 0o640]],
    ['symlink', 0o700, [0o777, 0o777, 0o777, 0o777, 0o777, 0o777]],
    ['fifo', 0o2600, [0o2600, 0o600, 0o600, 0o2600, 0o2600, 0o2600]],
  ];
  for (const [type, mode, emitted] of cases) {
    const got = versions.map((version) => headersOf(version, [{ path: 'a', type, mode }])[0]!.mode);
    assert.deepEqual(got, emitted, `${type} ${mode.toString(8)}`);
  }
});

test('owners reach the archive as each version let them', () => {
  const cases: [type: EntryType, emitted: readonly number[]][] = [
    ['file', [4242, 0, 0, 0, 4242, 4242]],
    ['directory', [4242, 0, 0, 0, 4242, 0]],
    ['symlink', [4242, 0, 0, 0, 0, 0]],
    ['fifo', [4242, 0, 0, 0, 4242, 4242]],
  ];
  for (const [type, emitted] of cases) {
    const got = versions.map(
      (version) => headersOf(version, [{ path: 'a', type, uid: 4242, gid: 4242 }])[0]!,
    );
    assert.deepEqual(
      got.map(({ uid }) => uid),
      emitted,
      type,
    );
    assert.deepEqual(
      got.map(({ gid }) => gid),
      emitted,
      type,
    );
  }
});

test("the build user's ids are root's, root's are the builder's, and each id has the name that the guest gives it", () => {
  const builder = { ...rules, builder: { uid: 501, gid: 20 } };
  const cases: [uid: number, given: OwnershipRules, emitted: number, name: string][] = [
    [0, rules, 0, 'root'],
    [1000, rules, 0, 'root'],
    [65534, rules, 65534, 'nobody'],
    [4242, rules, 4242, ''],
    [0, builder, 501, ''],
    [1000, builder, 0, 'root'],
    [0, { ...rules, builder: { uid: 1000, gid: 1000 } }, 0, 'root'],
  ];
  for (const [uid, given, emitted, name] of cases) {
    const header = headersOf('v0.59.1', [{ path: 'a', uid }], given)[0]!;
    assert.deepEqual([header.uid, header.uname], [emitted, name], String(uid));
  }
  const beside = { path: 'var/lib/db/sbom/z.spdx.json' };
  assert.deepEqual(
    headersOf('v0.59.1', [{ path: rules.sbom }, beside], builder).map(({ uid, gid }) => [uid, gid]),
    [
      [0, 0],
      [501, 20],
    ],
    'the SBOM is root’s, and what steps left beside it is not',
  );
});

test('attributes are on files, in some versions on folders, never on links', () => {
  const xattrs = [{ name: 'user.test', value: Buffer.from([1, 0, 0xff]) }];
  const cases: [type: EntryType, carries: readonly boolean[]][] = [
    ['file', [true, false, true, true, true, true]],
    ['directory', [true, false, true, false, false, false]],
    ['symlink', [false, false, false, false, false, false]],
    ['fifo', [false, false, false, false, false, false]],
  ];
  for (const [type, carries] of cases) {
    const got = versions.map((version) => headersOf(version, [{ path: 'a', type, xattrs }])[0]!.pax);
    assert.deepEqual(
      got.map((pax) => pax.has('SCHILY.xattr.user.test')),
      carries,
      type,
    );
  }
  const { pax } = headersOf('v0.59.1', [{ path: 'a', xattrs }])[0]!;
  assert.deepEqual(pax.get('SCHILY.xattr.user.test'), xattrs[0]!.value);
});

test('names of one file are copies since v0.23.0 and links to the first in the walk before', () => {
  const content = 'content';
  const xattrs = [{ name: 'user.x', value: Buffer.from('1') }];
  const parts: TreePart[] = [
    { path: 'z', content, xattrs },
    { path: 'a', content, xattrs, linkOf: 'z' },
    { path: 'm', content, xattrs, linkOf: 'z' },
    { path: 'b' },
  ];
  const shape = (version: string) =>
    dataEntries(tree(...parts), formatAt(version), rules, 0).map(({ header, content: { size } }) => [
      header.name,
      header.type,
      header.linkname,
      header.size,
      size,
      header.pax.size,
    ]);
  assert.deepEqual(shape('v0.59.1'), [
    ['a', '0', '', 7, 7, 2],
    ['b', '0', '', 0, 0, 1],
    ['m', '0', '', 7, 7, 2],
    ['z', '0', '', 7, 7, 2],
  ]);
  assert.deepEqual(shape('v0.17.7'), [
    ['a', '0', '', 7, 7, 2],
    ['b', '0', '', 0, 0, 1],
    ['m', '1', 'a', 0, 0, 1],
    ['z', '1', 'a', 0, 0, 1],
  ]);
});

test('files and links carry checksums, and all entries carry the same time', () => {
  const headers = headersOf('v0.59.1', [
    { path: 'd', type: 'directory' },
    { path: 'e' },
    { path: 'f', content: 'abc' },
    { path: 'l', type: 'symlink', target: '../bin/a' },
    { path: 'n', type: 'character-device', device: { major: 1, minor: 3 } },
  ]);
  assert.deepEqual(
    headers.map(({ pax }) => pax.get('APK-TOOLS.checksum.SHA1')?.toString()),
    [
      undefined,
      'da39a3ee5e6b4b0d3255bfef95601890afd80709',
      'a9993e364706816aba3e25717850c26c9cd0d89d',
      'ae3e7c3cfd17c470db1cb63a8f01fd14af81310e',
      undefined,
    ],
  );
  assert.ok(headers.every(({ mtime }) => mtime === 42));
  assert.deepEqual([headers[4]!.type, headers[4]!.devmajor, headers[4]!.devminor], ['3', 1, 3]);
});

test('content comes in pieces of bounded size', () => {
  const sizes = [...chunksOf(contentOf(Buffer.alloc(2 * 1024 * 1024 + 5)))].map(({ length }) => length);
  assert.deepEqual(sizes, [1024 * 1024, 1024 * 1024, 5]);
  assert.deepEqual([...chunksOf(contentOf(Buffer.alloc(0)))], []);
});

test('a file is added with the folders that are missing', () => {
  const made = withFile(
    tree({ path: 'var', type: 'directory', mode: 0o700 }),
    'var/lib/x',
    Buffer.from('1'),
    0o600,
  );
  assert.deepEqual(
    made.entries.map(({ path, type, mode }) => [path, type, mode]),
    [
      ['var', 'directory', 0o700],
      ['var/lib', 'directory', 0o755],
      ['var/lib/x', 'file', 0o600],
    ],
  );
});

test('attributes are set on files only, over those of the same name', () => {
  const xattr = (value: string) => ({ name: 'security.capability', value: Buffer.from(value) });
  const given = tree(
    { path: 'a', xattrs: [xattr('old'), { name: 'user.x', value: Buffer.from('1') }] },
    { path: 'l', type: 'symlink' },
  );
  const made = withXattrs(
    given,
    new Map([
      ['a', xattr('new')],
      ['l', xattr('new')],
      ['none', xattr('new')],
    ]),
  );
  assert.deepEqual(
    made.entries.map(({ xattrs }) => xattrs.map(({ value }) => String(value))),
    [['1', 'new'], []],
  );
  assert.equal(withXattrs(given, new Map()), given);
});

test('the installed size counts content, link texts and folders, the root included', () => {
  const given = tree(
    { path: 'usr', type: 'directory' },
    { path: 'usr/bin', type: 'directory' },
    { path: 'usr/bin/a', content: Buffer.alloc(1000) },
    { path: 'usr/bin/é', type: 'symlink', target: 'é' },
    { path: 'usr/bin/p', type: 'fifo' },
  );
  assert.equal(installedSize(given, 'ext4'), 1000 + 2 + 3 * 4096);
  assert.equal(installedSize(given, 'tmpfs'), 1000 + 2 + 20 * (3 + 3 + 5));
  assert.equal(installedSize(given, 'apfs'), 1000 + 2 + 32 * (3 + 3 + 5));
  assert.equal(installedSize(given, 'btrfs'), 1000 + 2 + 2 * (3 + 3 + 4));
});

test('the sizes that melange recorded come out for every package of the lab', async () => {
  for (const { file } of goldens()) {
    const apk = await labPackage(file);
    const types: Readonly<Record<string, EntryType>> = {
      '0': 'file',
      '1': 'file',
      '2': 'symlink',
      '5': 'directory',
      '6': 'fifo',
      '3': 'character-device',
    };
    const sizes = new Map(apk.data.entries.map(({ name, size }) => [name, size]));
    const made = tree(
      ...apk.data.entries.map((entry) => ({
        path: entryPath(entry),
        type: types[entry.type]!,
        target: entry.type === '2' ? entry.linkname : '',
        content: Buffer.alloc(sizes.get(entry.type === '1' ? entry.linkname : entry.name)!),
      })),
    );
    assert.equal(String(installedSize(made, 'ext4')), pkgInfoValue(apk.control.pkginfo, 'size'), file);
  }
});
