import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pkgInfoValue } from '../../../src/apk/pkginfo.ts';
import {
  type DirectoryShape,
  directoryShapes,
  directorySize,
  ext4Blocks,
  inferDirectories,
} from '../../../src/claim/traits/directory-size.ts';
import { directoryOf, fileOf, linkOf, readParts } from '../../support/apk-builder.ts';
import { goldens } from '../../support/lab.ts';
import { labPackage } from '../../support/lab-packages.ts';

test('folders have the shape of what is in them, the root and those without an entry included', () => {
  const shapes = directoryShapes([
    { path: 'a', isDirectory: true },
    { path: 'a/é', isDirectory: false },
    { path: 'b/c', isDirectory: false },
    { path: 'empty', isDirectory: true },
  ]);
  assert.deepEqual(
    shapes.map(({ path, entries, nameBytes }) => [path, entries, nameBytes]),
    [
      ['', 2, 6],
      ['a', 1, 2],
      ['b', 1, 1],
      ['empty', 0, 0],
    ],
  );
  const { ext4Bytes, longestExt4, xfsBytes } = shapes[0]!;
  assert.deepEqual([ext4Bytes, longestExt4, xfsBytes], [28, 16, 40]);
});

test('each file system reports a folder in its own way', () => {
  const shape = shapeOf(['abc', 'defg', 'hij']);
  const models = ['ext4', 'tmpfs', 'apfs', 'btrfs', 'zfs', 'xfs', 'xfs-attributes', 'xfs-inode64'] as const;
  assert.deepEqual(
    models.map((model) => directorySize(model, shape)),
    [4096, 100, 160, 20, 5, 40, 40, 56],
  );
});

/** The root of a tree of files. */
function shapeOf(names: readonly string[]): DirectoryShape {
  return directoryShapes(names.map((path) => ({ path, isDirectory: false })))[0]!;
}

const names = (count: number, length: number) =>
  Array.from({ length: count }, (_, at) => String(at).padStart(length, 'x').slice(-length));

test('a folder on ext4 has a number of blocks that names and chance make, as was measured on fresh images', () => {
  // Names of one length, put in at random six times (Linux 6, blocks of 4096 bytes).
  const measured: readonly (readonly [count: number, length: number, blocks: readonly number[]])[] = [
    [200, 12, [1]],
    [340, 12, [3]],
    [586, 12, [5]],
    [1000, 12, [9]],
    [3000, 12, [20, 21, 22]],
    [100, 30, [1]],
    [170, 30, [3]],
    [200, 30, [3, 4]],
    [340, 30, [5, 6]],
    [586, 30, [9, 10]],
    [1000, 30, [15, 16, 17]],
    [3000, 30, [40, 41, 42, 43, 44]],
    [15, 255, [1]],
    [16, 255, [3]],
    [100, 255, [9, 11, 12]],
    [586, 255, [54, 55, 56, 57, 58]],
    [3000, 255, [285, 286, 287, 289]],
  ];
  for (const [count, length, blocks] of measured) {
    const { least, most } = ext4Blocks(shapeOf(names(count, length)));
    for (const each of blocks) assert.ok(least <= each && each <= most, `${count} of ${length}: ${each}`);
    assert.ok(most <= 2.5 * least, `${count} of ${length}: ${least} to ${most}`);
  }
});

test('a folder on xfs is in its inode, then in blocks, as was measured', () => {
  const measured: readonly (readonly [count: number, length: number, bytes: number])[] = [
    [0, 1, 6],
    [20, 1, 186],
    [14, 5, 188],
    [15, 5, 4096],
    [7, 20, 4096],
    [160, 5, 4096],
    [200, 5, 8192],
    [120, 20, 4096],
    [140, 20, 8192],
    [300, 20, 12288],
    [60, 60, 8192],
    [300, 60, 24576],
  ];
  for (const [count, length, bytes] of measured) {
    assert.equal(
      directorySize('xfs-attributes', shapeOf(names(count, length))),
      bytes,
      `${count} of ${length}`,
    );
  }
});

test('whole blocks beyond the fewest are ext4’s as far as the folders can have them, and no other file system’s', async () => {
  const files = names(586, 30).map((name) => fileOf(`usr/${name}`, ''));
  const { data } = await readParts({ data: [directoryOf('usr'), ...files] });
  const { least, most } = ext4Blocks(shapeOf(names(586, 30)));
  const size = (blocks: number) => 4096 * (1 + blocks);
  assert.deepEqual(inferDirectories(size(least), data.entries), { model: 'ext4', large: undefined });
  assert.deepEqual(inferDirectories(size(least + 2), data.entries), {
    model: 'ext4',
    large: { blocks: 2, paths: ['usr'] },
  });
  assert.equal(inferDirectories(size(most), data.entries)?.large?.blocks, most - least);
  assert.equal(inferDirectories(size(most + 1), data.entries), undefined);
  assert.equal(inferDirectories(size(least - 1), data.entries), undefined);
  assert.equal(inferDirectories(size(least) + 2048, data.entries), undefined);
});

test('the recorded size shows the file system, or none', async () => {
  const { data } = await readParts({
    data: [
      directoryOf('usr'),
      fileOf('usr/a', 'x'.repeat(100)),
      linkOf('usr/é', 'é'),
      { name: 'usr/h', type: '1', link: 'usr/a' },
    ],
  });
  const contents = 100 + 2 + 100;
  const cases: [size: number, model: string | undefined][] = [
    [contents + 2 * 4096, 'ext4'],
    [contents + 20 * 3 + 20 * 5, 'tmpfs'],
    [contents + 32 * 3 + 32 * 5, 'apfs'],
    [contents + 2 * 3 + 2 * 4, 'btrfs'],
    [contents, undefined],
    [contents + 2 * 4096 + 1, undefined],
    [0, undefined],
  ];
  for (const [size, model] of cases)
    assert.equal(inferDirectories(size, data.entries)?.model, model, String(size));
});

test('the lab was built on ext4', async () => {
  for (const { file } of goldens().filter((each) => each.melange === 'v0.59.1')) {
    const apk = await labPackage(file);
    const size = Number(pkgInfoValue(apk.control.pkginfo, 'size'));
    assert.equal(inferDirectories(size, apk.data.entries)?.model, 'ext4', file);
  }
});

test('many hard links take no time', async () => {
  const { data } = await readParts({
    data: [fileOf('file', 'x'), { name: 'link', type: '1', link: 'file' }],
  });
  const [file, link] = data.entries;
  const links = Array.from({ length: 100_000 }, (_, at) => ({ ...link!, name: `l${at}`, linkname: 'z' }));
  const entries = [...links, { ...file!, name: 'z' }];
  // A page does not hold 100,001 names.
  assert.equal(inferDirectories(100_001 + 4096, entries), undefined);
  assert.equal(inferDirectories(100_001 + 20 * 100_003, entries)?.model, 'tmpfs');
});
