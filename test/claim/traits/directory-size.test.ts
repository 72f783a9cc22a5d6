import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pkgInfoValue } from '../../../src/apk/pkginfo.ts';
import {
  directoryShapes,
  directorySize,
  inferDirectorySize,
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
  assert.deepEqual(shapes, [
    { entries: 2, nameBytes: 6 },
    { entries: 1, nameBytes: 2 },
    { entries: 1, nameBytes: 1 },
    { entries: 0, nameBytes: 0 },
  ]);
});

test('each file system reports a folder in its own way', () => {
  const shape = { entries: 3, nameBytes: 10 };
  assert.deepEqual(
    (['ext4', 'tmpfs', 'apfs', 'btrfs'] as const).map((model) => directorySize(model, shape)),
    [4096, 100, 160, 20],
  );
});

test('the recorded size tells the file system, or none', async () => {
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
    assert.equal(inferDirectorySize(size, data.entries), model, String(size));
});

test('the lab was built on ext4', async () => {
  for (const { file } of goldens().filter((each) => each.melange === 'v0.59.1')) {
    const apk = await labPackage(file);
    const size = Number(pkgInfoValue(apk.control.pkginfo, 'size'));
    assert.equal(inferDirectorySize(size, apk.data.entries), 'ext4', file);
  }
});

test('many hard links take no time', async () => {
  const { data } = await readParts({
    data: [fileOf('file', 'x'), { name: 'link', type: '1', link: 'file' }],
  });
  const [file, link] = data.entries;
  const links = Array.from({ length: 100_000 }, (_, at) => ({ ...link!, name: `l${at}`, linkname: 'z' }));
  assert.equal(inferDirectorySize(100_001 + 4096, [...links, { ...file!, name: 'z' }]), 'ext4');
});
