/** A pair of packages for each kind of difference and for each format: the contents of fixtures/pairs/. */
import { createHash } from 'node:crypto';
import type { DifferenceKind } from '../../src/compare/difference.ts';
import type { FormatName } from '../../src/compare/part.ts';
import { directoryOf, fileOf, linkOf, type Part, tarOf, usualPkgInfo } from './apk-builder.ts';
import { samples } from './samples.ts';
import { type GzipShape, storedGzip } from './stored-gzip.ts';

export interface PackagePair {
  readonly published: Buffer;
  readonly rebuilt: Buffer;
}

interface PackageShape {
  readonly pkginfo?: readonly string[];
  readonly control?: readonly Part[];
  readonly data?: readonly Part[];
  readonly gzip?: GzipShape;
  readonly closed?: boolean;
  readonly signed?: boolean;
}

/** A package whose sections are stored, not compressed. */
export function packageOf(shape: PackageShape): Buffer {
  const data = storedGzip(
    tarOf(shape.data ?? [fileOf('usr/share/a', 'a\n')], shape.closed ?? true),
    shape.gzip,
  );
  const hash = createHash('sha256').update(data).digest('hex');
  const pkginfo = [...(shape.pkginfo ?? usualPkgInfo), `datahash = ${hash}`].map((line) => `${line}\n`);
  const control = storedGzip(
    tarOf([{ name: '.PKGINFO', content: pkginfo.join('') }, ...(shape.control ?? [])], false),
  );
  const signature = tarOf([{ name: '.SIGN.RSA256.nobody.rsa.pub', content: Buffer.alloc(256, 1) }], false);
  return Buffer.concat([...(shape.signed === true ? [storedGzip(signature)] : []), control, data]);
}

function pair(published: PackageShape, rebuilt: PackageShape): PackagePair {
  return { published: packageOf(published), rebuilt: packageOf(rebuilt) };
}

/** Two packages that differ in the data section only. */
function data(published: readonly Part[], rebuilt: readonly Part[]): PackagePair {
  return pair({ data: published }, { data: rebuilt });
}

const a = (more: Partial<Part> = {}): Part => fileOf('usr/share/a', 'a\n', more);
const b: Part = fileOf('usr/share/b', 'b\n');

const kindPairs: Readonly<Record<DifferenceKind, PackagePair>> = {
  'missing-section': pair({ signed: true }, {}),
  'extra-section': pair({}, { signed: true }),
  'gzip-header': pair({ gzip: { mtime: 1, os: 3 } }, { gzip: { mtime: 2, name: 'data.tar' } }),
  compression: pair({}, { gzip: { blockBytes: 1000 } }),
  'archive-end': pair({}, { closed: false }),
  'missing-entry': data([a(), b], [a()]),
  'extra-entry': data([a()], [a(), b]),
  moved: data([a(), fileOf('usr/lib/old/name', 'moved\n')], [a(), fileOf('usr/lib/new/name', 'moved\n')]),
  order: data([a(), b], [b, a()]),
  type: data([directoryOf('usr/share/a')], [linkOf('usr/share/a', 'b')]),
  mode: data([a()], [a({ mode: 0o755 })]),
  owner: data([a()], [a({ uid: 1000, gid: 1000 })]),
  'owner-name': data([a()], [a({ uname: 'build', gname: 'build' })]),
  mtime: data([a({ mtime: 1_700_000_000 })], [a({ mtime: 1_700_000_001 })]),
  'link-target': data([linkOf('usr/share/a', 'b')], [linkOf('usr/share/a', 'c')]),
  device: data([{ name: 'dev/a', type: '3', major: 1 }], [{ name: 'dev/a', type: '3', major: 2 }]),
  xattr: data(
    [a({ pax: [['SCHILY.xattr.security.capability', Buffer.from([1, 0, 0, 2])]] })],
    [a({ pax: [['SCHILY.xattr.security.capability', Buffer.from([1, 0, 0, 3])]] })],
  ),
  'pax-record': data([a({ pax: [['comment', 'one']] })], [a({ pax: [['comment', 'two']] })]),
  'header-bytes': data([a()], [a({ patches: [[100, '000644 \0']] })]),
  content: data([a()], [fileOf('usr/share/a', 'b\n')]),
  field: pair({}, { pkginfo: [...usualPkgInfo, 'depend = so:libc.so.6'] }),
};

const formatPairs: Readonly<Record<FormatName, PackagePair>> = Object.fromEntries(
  Object.entries(samples).map(([format, { path, published, rebuilt }]) => [
    format,
    format === 'recipe'
      ? pair(
          { control: [{ name: path, content: published }] },
          { control: [{ name: path, content: rebuilt }] },
        )
      : data([fileOf(path, published)], [fileOf(path, rebuilt)]),
  ]),
) as Record<FormatName, PackagePair>;

/** Every pair by the name of its folder. */
export const pairs: ReadonlyMap<string, PackagePair> = new Map([
  ...Object.entries(kindPairs),
  ...Object.entries(formatPairs).map(([format, each]) => [`format-${format}`, each] as const),
]);
