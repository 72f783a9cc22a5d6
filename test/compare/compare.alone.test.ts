import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { comparePackages } from '../../src/compare/compare.ts';
import {
  allDifferences,
  type Equivalence,
  isUnequal,
  type UnequalComparison,
} from '../../src/compare/comparison.ts';
import type { DifferenceKind } from '../../src/compare/difference.ts';
import {
  type ApkParts,
  apkOf,
  directoryOf,
  fileOf,
  linkOf,
  makeKey,
  type Part,
  sourceOf,
  tarOf,
} from '../support/apk-builder.ts';
import { claimLines, claimParts, linesWith, sbomPart } from '../support/claims.ts';
import { codeOf, failure } from '../support/failures.ts';

const file = fileOf('usr/file', 'content');
const data: readonly Part[] = [directoryOf('usr'), file, linkOf('usr/link', 'file'), sbomPart()];
const usual: ApkParts = claimParts({ data });

async function compare(published: ApkParts | Buffer, rebuilt: ApkParts | Buffer) {
  const [left, right] = [published, rebuilt].map((side) =>
    sourceOf(Buffer.isBuffer(side) ? side : apkOf(side)),
  );
  return comparePackages(left!, right!);
}

async function unequal(published: ApkParts | Buffer, rebuilt: ApkParts | Buffer): Promise<UnequalComparison> {
  const comparison = await compare(published, rebuilt);
  assert.ok(isUnequal(comparison));
  return comparison;
}

/** The data with one part in the place of another. */
function swapped(from: Part, ...to: readonly Part[]): ApkParts {
  return { ...usual, data: data.flatMap((part) => (part === from ? to : [part])) };
}

test('the same bytes are equal, and nothing else is', async () => {
  const comparison = await compare(usual, usual);
  assert.ok(!isUnequal(comparison));
  assert.equal(comparison.sbom, 'identical');
  assert.ok(isUnequal(await compare(usual, { ...usual, key: makeKey('a') })));
});

test('every attribute of an entry that differs is named', async () => {
  const cases: [what: string, part: Part, kinds: DifferenceKind[]][] = [
    ['content', fileOf('usr/file', 'CONTENT'), ['content']],
    ['a longer content', fileOf('usr/file', 'content and more'), ['content']],
    ['mode', { ...file, mode: 0o4644 }, ['mode']],
    ['user', { ...file, uid: 7 }, ['owner']],
    ['group', { ...file, gid: 7 }, ['owner']],
    ['name of the owner', { ...file, uname: 'other' }, ['owner-name']],
    ['time', { ...file, mtime: 5 }, ['mtime']],
    ['attribute', { ...file, pax: [...file.pax!, ['SCHILY.xattr.user.x', Buffer.from([0xff])]] }, ['xattr']],
    ['record', { ...file, pax: [...file.pax!, ['comment', 'x']] }, ['pax-record']],
    ['device', { ...file, major: 3 }, ['device']],
    ['type', { name: 'usr/file', type: '6' }, ['type']],
  ];
  for (const [what, part, kinds] of cases) {
    for (const sides of [
      [usual, swapped(file, part)],
      [swapped(file, part), usual],
    ] as const) {
      const { sections } = await unequal(sides[0], sides[1]);
      const found = allDifferences(sections)
        .filter(({ section }) => section === 'data')
        .map(({ kind }) => kind);
      for (const kind of kinds) assert.ok(found.includes(kind), `${what}: ${found}`);
    }
  }
});

test('header bytes that no attribute explains are a difference as well', async () => {
  const cases: [what: string, part: Part][] = [
    ['bytes behind the end of a name', { ...file, patches: [[20, 'hidden']] }],
    ['another magic', { ...file, patches: [[257, 'ustar  \0']] }],
    ['another spelling of a number', { ...file, patches: [[100, '   644 \0']] }],
    ['reserved bytes', { ...file, patches: [[505, 'x']] }],
    ['a slash behind a name', { ...file, name: 'usr/file/' }],
    ['a recorded checksum', { ...file, pax: [['APK-TOOLS.checksum.SHA1', 'f'.repeat(40)]] }],
  ];
  for (const [what, part] of cases) {
    const { sections, equivalence } = await unequal(usual, swapped(file, part));
    const found = allDifferences(sections).filter(({ section }) => section === 'data');
    assert.ok(found.length > 0, what);
    assert.notEqual(equivalence, 'recompressed', what);
    assert.notEqual(equivalence, 'sbom-only', what);
  }
});

test('entries that only one side has, or has under a different path, are named', async () => {
  const added = fileOf('usr/new', 'x');
  const cases: [what: string, rebuilt: ApkParts, kind: DifferenceKind][] = [
    ['missing', swapped(file), 'missing-entry'],
    ['extra', swapped(file, file, added), 'extra-entry'],
    ['order', { ...usual, data: [...data].reverse() }, 'order'],
    ['twice', swapped(file, file, file), 'extra-entry'],
  ];
  for (const [what, rebuilt, kind] of cases) {
    const { sections, equivalence } = await unequal(usual, rebuilt);
    const found = allDifferences(sections).map((each) => each.kind);
    assert.ok(found.includes(kind), `${what}: ${found}`);
    assert.equal(equivalence, kind === 'order' ? 'metadata-only' : 'content', what);
  }
});

test('the strongest equivalence is stated only where it is proven', async () => {
  const tar = tarOf(data);
  const otherSbom = sbomPart(String(sbomPart().content).replace('MIT', 'XYZ'));
  const odd = { ...otherSbom, pax: [['comment', 'x'] as const, ...otherSbom.pax!] };
  const longSbom = sbomPart(`${sbomPart().content}\n`);
  const size = (bytes: number) => linesWith(`size = ${bytes}`);
  const cases: [what: string, published: ApkParts, rebuilt: ApkParts, likeness: Equivalence][] = [
    ['another compressor', usual, { ...usual, dataMember: gzipSync(tar, { level: 1 }) }, 'recompressed'],
    [
      'another compressor and another size',
      usual,
      { ...usual, pkginfo: size(1), dataMember: gzipSync(tar, { level: 1 }) },
      'metadata-only',
    ],
    ['another SBOM', usual, swapped(data[3]!, otherSbom), 'sbom-only'],
    [
      'a longer SBOM, and the size with it',
      usual,
      { ...swapped(data[3]!, longSbom), pkginfo: size(1) },
      'sbom-only',
    ],
    [
      'a longer SBOM, and another size',
      usual,
      { ...swapped(data[3]!, longSbom), pkginfo: size(2) },
      'metadata-only',
    ],
    [
      'another SBOM with another mode',
      usual,
      swapped(data[3]!, { ...otherSbom, mode: 0o600 }),
      'metadata-only',
    ],
    [
      'another SBOM with hidden header bytes',
      usual,
      swapped(data[3]!, { ...otherSbom, patches: [[505, 'x']] }),
      'metadata-only',
    ],
    ['another SBOM with another record', usual, swapped(data[3]!, odd), 'metadata-only'],
    ['another description', usual, { ...usual, pkginfo: linesWith('pkgdesc = other') }, 'metadata-only'],
    ['another order of .PKGINFO', usual, { ...usual, pkginfo: [...claimLines].reverse() }, 'metadata-only'],
    ['another time of a file', usual, swapped(file, { ...file, mtime: 1 }), 'metadata-only'],
    ['another link text', usual, swapped(data[2]!, linkOf('usr/link', 'elsewhere')), 'content'],
    [
      'another script',
      usual,
      { ...usual, control: [...usual.control!, { name: '.post-install', content: 'x' }] },
      'content',
    ],
    ['another file', usual, swapped(file, fileOf('usr/file', 'x')), 'content'],
    ['no blocks at the end', usual, { ...usual, dataMember: gzipSync(tarOf(data, false)) }, 'metadata-only'],
  ];
  for (const [what, published, rebuilt, likeness] of cases) {
    assert.equal((await unequal(published, rebuilt)).equivalence, likeness, what);
    assert.equal((await unequal(rebuilt, published)).equivalence, likeness, `${what}, the other way round`);
  }
});

test('fields of .PKGINFO are compared one by one', async () => {
  const { sections } = await unequal(usual, {
    ...usual,
    pkginfo: linesWith('pkgdesc = other', 'depend = a', 'depend = b'),
  });
  const fields = allDifferences(sections).filter(({ kind }) => kind === 'field');
  assert.deepEqual(
    fields.map(({ name, published, rebuilt }) => [name, published, rebuilt]),
    [
      ['pkgdesc', 'A sample', 'other'],
      ['depend', undefined, 'a, b'],
    ],
  );
});

test('a signature section on one side only, and framing that differs, are named', async () => {
  const key = makeKey('a');
  const kinds = async (published: ApkParts | Buffer, rebuilt: ApkParts | Buffer) =>
    allDifferences((await unequal(published, rebuilt)).sections).map(({ kind }) => kind);
  assert.deepEqual(await kinds({ ...usual, key }, usual), ['missing-section']);
  assert.deepEqual(await kinds(usual, { ...usual, key }), ['extra-section']);
  const framed = apkOf(usual);
  framed[9] = 255 - framed[9]!;
  assert.deepEqual(await kinds(apkOf(usual), framed), ['gzip-header']);
});

test('a side that is not a package is a failure', async () => {
  await assert.rejects(compare(usual, Buffer.from('no package\0')), failure('malformed'));
  await assert.rejects(compare(Buffer.from('no package\0'), usual), failure('malformed'));
  assert.equal(await codeOf(() => compare(Buffer.from('\0'), Buffer.from('\0'))), 'malformed');
});
