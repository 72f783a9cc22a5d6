/**
 * Published values in the place of rebuilt ones, only for the counterfactual: nothing that a rebuilt package is made of ever
 * passes through here (docs/architecture.md, invariant 2).
 */
import type { ByteSource } from '../byte-source.ts';
import { compareBytes, decodeBytes, encodeBytes } from '../bytes.ts';
import type { Sha256 } from '../digest.ts';
import { type Tree, type TreeEntry, treeOf } from '../execute/tree.ts';
import { type Content, emptyContent } from '../formats/content.ts';
import type { DeflateEncoder } from '../melange/deflate-encoder.ts';
import { checksumKey, type DataEntry } from './tar-entries.ts';
import type { TarEntry } from './tar-writer.ts';

export type AttributeName = 'link-target' | 'mode' | 'owner' | 'owner-name' | 'mtime' | 'device' | 'records';

/** One published value; `path` is the path of an entry. */
export type Substitution =
  /** A whole entry that is missing, or has a different type. */
  | {
      readonly kind: 'entry';
      readonly section: 'control' | 'data';
      readonly path: string;
      readonly entry: DataEntry;
    }
  | { readonly kind: 'no-entry'; readonly section: 'control' | 'data'; readonly path: string }
  /** The same file under its published path. */
  | {
      readonly kind: 'moved';
      readonly section: 'control' | 'data';
      readonly path: string;
      readonly from: string;
    }
  /** The bytes of a file. */
  | {
      readonly kind: 'content';
      readonly section: 'control' | 'data';
      readonly path: string;
      readonly content: Content;
    }
  | {
      readonly kind: 'attribute';
      readonly section: 'control' | 'data';
      readonly path: string;
      readonly name: AttributeName;
      readonly header: TarEntry;
    }
  /** The tar header as it is: records and bytes that no attribute explains. */
  | {
      readonly kind: 'header';
      readonly section: 'control' | 'data';
      readonly path: string;
      readonly raw: Uint8Array;
    }
  | { readonly kind: 'order'; readonly section: 'control' | 'data'; readonly paths: readonly string[] }
  | { readonly kind: 'archive-end'; readonly section: 'control' | 'data'; readonly zeroBlocks: number }
  /** A field of `.PKGINFO` with all its values; `after` is the published key in front of it. */
  | {
      readonly kind: 'field';
      readonly name: string;
      readonly lines: readonly string[];
      readonly after: string | undefined;
    }
  | {
      readonly kind: 'encoder';
      readonly section: 'control' | 'data';
      readonly encoder: DeflateEncoder;
    }
  /** The published compressed form, taken over only where the archive is exactly the same. */
  | {
      readonly kind: 'compressed-form';
      readonly section: 'control' | 'data';
      readonly tarSha256: Sha256;
      readonly compressed: ByteSource;
    };

/** What the steps left, with published entries, contents and modes in it. */
export function substituteInTree(tree: Tree, substitutions: readonly Substitution[]): Tree {
  const entries = new Map(tree.entries.map((entry) => [entry.path, entry]));
  for (const { path, from } of movesIn('data', substitutions)) {
    const present = entries.get(from);
    if (present !== undefined) entries.set(path, { ...present, path });
    entries.delete(from);
  }
  for (const each of substitutions) {
    if (!('section' in each) || each.section !== 'data') continue;
    const present = 'path' in each ? entries.get(each.path) : undefined;
    if (each.kind === 'entry') entries.set(each.path, treeEntry(each.path, each.entry));
    else if (each.kind === 'no-entry') entries.delete(each.path);
    else if (each.kind === 'content' && present !== undefined) {
      entries.set(each.path, { ...present, content: each.content });
    } else if (each.kind === 'attribute' && present !== undefined) {
      entries.set(each.path, withAttribute(present, each.name, each.header));
    }
  }
  return treeOf(entries.values());
}

/** The moves, which come first: everything else about a file refers to its published path. */
function movesIn(section: 'control' | 'data', substitutions: readonly Substitution[]) {
  return substitutions.flatMap((each) => (each.kind === 'moved' && each.section === section ? [each] : []));
}

function withAttribute(entry: TreeEntry, name: AttributeName, header: TarEntry): TreeEntry {
  if (name === 'mode') return { ...entry, mode: header.mode };
  return name === 'link-target' ? { ...entry, target: header.linkname } : entry;
}

const treeTypes: Readonly<Record<string, TreeEntry['type']>> = {
  '2': 'symlink',
  '3': 'character-device',
  '4': 'block-device',
  '5': 'directory',
  '6': 'fifo',
};

function treeEntry(path: string, { header, content }: DataEntry): TreeEntry {
  const type = treeTypes[header.type] ?? 'file';
  return {
    path,
    type,
    mode: header.mode,
    uid: header.uid,
    gid: header.gid,
    target: type === 'symlink' ? header.linkname : '',
    ...(type.endsWith('device') ? { device: { major: header.devmajor, minor: header.devminor } } : {}),
    xattrs: [],
    content: type === 'file' ? content : emptyContent,
  };
}

/** Entries of a section as they would be written, with published headers, contents and order. */
export function substituteInEntries(
  section: 'control' | 'data',
  entries: readonly DataEntry[],
  substitutions: readonly Substitution[],
): readonly DataEntry[] {
  const own = substitutions.filter((each) => 'section' in each && each.section === section);
  const byPath = new Map(entries.map((entry) => [pathOf(entry), entry]));
  for (const { path, from } of movesIn(section, substitutions)) {
    const present = byPath.get(from);
    if (present !== undefined) byPath.set(path, { ...present, header: { ...present.header, name: path } });
    byPath.delete(from);
  }
  for (const each of own) {
    const present = 'path' in each ? byPath.get(each.path) : undefined;
    if (each.kind === 'entry') byPath.set(each.path, each.entry);
    else if (each.kind === 'no-entry') byPath.delete(each.path);
    else if (present !== undefined) byPath.set(pathOf(present), substituteInEntry(present, each));
  }
  const order = own.find((each) => each.kind === 'order');
  return order === undefined ? inOrder(byPath, section, entries) : reordered(byPath, order.paths);
}

function pathOf({ header }: DataEntry): string {
  return header.name.replace(/\/$/, '');
}

function substituteInEntry(entry: DataEntry, substitution: Substitution): DataEntry {
  switch (substitution.kind) {
    case 'content': {
      const { content } = substitution;
      return { header: { ...entry.header, size: content.size }, content };
    }
    case 'attribute':
      return { ...entry, header: withPublished(entry.header, substitution.name, substitution.header) };
    case 'header':
      return { ...entry, raw: substitution.raw };
    default:
      return entry;
  }
}

function withPublished(header: TarEntry, name: AttributeName, published: TarEntry): TarEntry {
  switch (name) {
    case 'link-target':
      return { ...header, linkname: published.linkname, pax: published.pax };
    case 'mode':
      return { ...header, mode: published.mode };
    case 'owner':
      return { ...header, uid: published.uid, gid: published.gid };
    case 'owner-name':
      return { ...header, uname: published.uname, gname: published.gname };
    case 'mtime':
      return { ...header, mtime: published.mtime };
    case 'device':
      return { ...header, devmajor: published.devmajor, devminor: published.devminor };
    case 'records':
      return { ...header, pax: new Map([...published.pax, ...checksumRecord(header)]) };
  }
}

/** The record of the content's digest, which is computed from what is in the entry. */
function checksumRecord({ pax }: TarEntry): [string, Uint8Array][] {
  return [...pax].filter(([key]) => key === checksumKey);
}

/** The entries in the order of the emitter: an added entry goes where the walk would meet it. */
function inOrder(
  byPath: ReadonlyMap<string, DataEntry>,
  section: 'control' | 'data',
  entries: readonly DataEntry[],
): readonly DataEntry[] {
  const values = [...byPath.values()];
  const known = new Set(entries.map(pathOf));
  if (values.every((entry) => known.has(pathOf(entry)))) return values;
  const key = (entry: DataEntry) =>
    section === 'data' ? pathOf(entry).replaceAll('/', '\0') : entry.header.name;
  return values.sort((a, b) => compareBytes(key(a), key(b)));
}

function reordered(byPath: ReadonlyMap<string, DataEntry>, paths: readonly string[]): readonly DataEntry[] {
  const named = new Set(paths);
  const first = paths.flatMap((path) => byPath.get(path) ?? []);
  return [...first, ...[...byPath].filter(([path]) => !named.has(path)).map(([, entry]) => entry)];
}

/** `.PKGINFO` with published fields in it. */
export function substituteInPkgInfo(pkginfo: Uint8Array, substitutions: readonly Substitution[]): Uint8Array {
  const fields = substitutions.filter((each) => each.kind === 'field');
  if (fields.length === 0) return pkginfo;
  let lines = decodeBytes(pkginfo).replace(/\n$/, '').split('\n');
  for (const { name, lines: published, after } of fields) {
    const at = lines.findIndex((line) => keyOf(line) === name);
    const kept = lines.filter((line) => keyOf(line) !== name);
    const behind = kept.findLastIndex((line) => keyOf(line) === after) + 1;
    const place = at >= 0 ? at : behind;
    lines = [...kept.slice(0, place), ...published, ...kept.slice(place)];
  }
  return encodeBytes(`${lines.join('\n')}\n`);
}

function keyOf(line: string): string {
  const at = line.indexOf(' = ');
  return at > 0 ? line.slice(0, at) : line;
}

/** The encoder for a section; the usual one where it is not substituted. */
export function encoderOf(
  section: 'control' | 'data',
  substitutions: readonly Substitution[],
  usual: DeflateEncoder,
): DeflateEncoder {
  const found = substitutions.find((each) => each.kind === 'encoder' && each.section === section);
  return found?.kind === 'encoder' ? found.encoder : usual;
}

/** The number of zero blocks at the end of a section; undefined where it is not substituted. */
export function zeroBlocksOf(
  section: 'control' | 'data',
  substitutions: readonly Substitution[],
): number | undefined {
  const found = substitutions.find((each) => each.kind === 'archive-end' && each.section === section);
  return found?.kind === 'archive-end' ? found.zeroBlocks : undefined;
}

/** The published compressed form of a section, where the archive is the same to the last byte. */
export function compressedForm(
  section: 'control' | 'data',
  substitutions: readonly Substitution[],
  tarSha256: Sha256,
): ByteSource | undefined {
  const found = substitutions.find((each) => each.kind === 'compressed-form' && each.section === section);
  return found?.kind === 'compressed-form' && found.tarSha256 === tarSha256 ? found.compressed : undefined;
}
