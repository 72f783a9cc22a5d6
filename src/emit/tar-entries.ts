/** A captured tree as the entries of a data section: what melange keeps of modes, owners and links (docs/melange/tree.md). */

import { xattrKey } from '../apk/xattrs.ts';
import { encodeBytes } from '../bytes.ts';
import {
  type DirectorySizeModel,
  directoryShapes,
  directorySize,
  spareBlocks,
} from '../claim/traits/directory-size.ts';
import type { Owner, OwnerNames } from '../claim/traits/owner.ts';
import { type Hasher, type Sha1, sha1, sha1Hasher } from '../digest.ts';
import { type Tree, type TreeEntry, treeOf, type Xattr } from '../execute/tree.ts';
import { type Content, contentOf, emptyContent } from '../formats/content.ts';
import type { Format } from '../melange/format.ts';
import type { TarEntry } from './tar-writer.ts';

export interface DataEntry {
  readonly header: TarEntry;
  readonly content: Content;
  /** Header blocks that are written unchanged, in a counterfactual. */
  readonly raw?: Uint8Array;
}

export interface OwnershipRules {
  /** Ids of files to which no step gave an owner: the builder's own. */
  readonly builder: Owner;
  /** Ids of user and group `build`, which become root's. */
  readonly build: Owner;
  readonly names: OwnerNames;
  /** Path of the SBOM, which melange writes itself and which always belongs to root. */
  readonly sbom: string;
}

const chunkBytes = 1024 * 1024;
/** Record of the SHA-1 of an entry's content. */
export const checksumKey = 'APK-TOOLS.checksum.SHA1';

/** Entries of the data section in order, each with its finished header. */
export function dataEntries(tree: Tree, format: Format, owners: OwnershipRules, mtime: number): DataEntry[] {
  const firstNames = new Map<string, string>();
  return tree.entries.map((entry) => dataEntry(entry, format, owners, mtime, firstNames));
}

function dataEntry(
  entry: TreeEntry,
  format: Format,
  owners: OwnershipRules,
  mtime: number,
  firstNames: Map<string, string>,
): DataEntry {
  const linkTarget = format.hardLinks === 'links' ? laterName(entry, firstNames) : undefined;
  const owner = emittedOwner(entry, format, owners);
  const type = linkTarget === undefined ? typeFlags[entry.type] : '1';
  const checksum = checksumOf(entry);
  const header: TarEntry = {
    name: entry.path,
    type,
    mode: emittedMode(entry, format),
    ...owner,
    uname: owners.names.users.get(owner.uid) ?? '',
    gname: owners.names.groups.get(owner.gid) ?? '',
    size: type === '0' ? entry.content.size : 0,
    mtime,
    linkname: linkTarget ?? entry.target,
    devmajor: entry.device?.major ?? 0,
    devminor: entry.device?.minor ?? 0,
    pax: new Map([
      ...(checksum === undefined ? [] : [[checksumKey, Buffer.from(checksum)] as const]),
      ...(linkTarget === undefined ? emittedXattrs(entry, format) : []),
    ]),
  };
  return { header, content: type === '0' ? entry.content : emptyContent };
}

const typeFlags = {
  file: '0',
  symlink: '2',
  'character-device': '3',
  'block-device': '4',
  directory: '5',
  fifo: '6',
} as const;

/** The first name of the file in walk order; undefined for that name itself. */
function laterName(entry: TreeEntry, firstNames: Map<string, string>): string | undefined {
  const group = entry.linkOf ?? entry.path;
  const first = firstNames.get(group);
  if (first === undefined) firstNames.set(group, entry.path);
  return first;
}

function checksumOf(entry: TreeEntry): Sha1 | undefined {
  if (entry.type === 'symlink') return sha1(encodeBytes(entry.target));
  if (entry.type !== 'file') return undefined;
  const hasher: Hasher<Sha1> = sha1Hasher();
  for (const chunk of chunksOf(entry.content)) hasher.update(chunk);
  return hasher.digest();
}

/** Content in pieces of bounded size. */
export function* chunksOf(content: Content): Generator<Uint8Array> {
  for (let at = 0; at < content.size; at += chunkBytes) yield content.read(at, chunkBytes);
}

function emittedMode({ type, mode }: TreeEntry, { modes }: Format): number {
  if (type === 'symlink') return 0o777;
  if (modes === 'disk') return mode;
  if (type === 'directory' || modes === 'permissions') return mode & 0o777;
  return mode;
}

function emittedOwner(entry: TreeEntry, { owners }: Format, rules: OwnershipRules): Owner {
  const root = { uid: 0, gid: 0 };
  const kept =
    owners === 'disk' ||
    (owners !== 'root' &&
      entry.type !== 'symlink' &&
      (entry.type !== 'directory' || owners === 'disk-with-directories'));
  if (!kept || entry.path === rules.sbom) return root;
  return {
    uid: mappedId(entry.uid, rules.builder.uid, rules.build.uid),
    gid: mappedId(entry.gid, rules.builder.gid, rules.build.gid),
  };
}

function mappedId(id: number, builder: number, build: number): number {
  const owner = id === 0 ? builder : id;
  return owner === build ? 0 : owner;
}

function emittedXattrs(entry: TreeEntry, { xattrs }: Format): [string, Uint8Array][] {
  const carries =
    entry.type === 'file'
      ? xattrs !== 'none'
      : entry.type === 'directory' && xattrs === 'files-and-directories';
  return carries ? entry.xattrs.map(({ name, value }) => [xattrKey(name), value]) : [];
}

/** The tree with one more file and the folders above it, as melange makes them. */
export function withFile(tree: Tree, path: string, bytes: Uint8Array, mode: number): Tree {
  const parts = path.split('/');
  const folders = parts.slice(0, -1).map((_, index) => parts.slice(0, index + 1).join('/'));
  const missing = folders.filter((folder) => tree.get(folder) === undefined);
  const plain = { uid: 0, gid: 0, target: '', xattrs: [] };
  return treeOf([
    ...tree.entries,
    ...missing.map((folder) => ({
      ...plain,
      path: folder,
      type: 'directory' as const,
      mode: 0o755,
      content: emptyContent,
    })),
    { ...plain, path, type: 'file' as const, mode, content: contentOf(bytes) },
  ]);
}

/** Sets extended attributes of files; they replace existing ones of the same name. */
export function withXattrs(tree: Tree, added: ReadonlyMap<string, Xattr>): Tree {
  if (added.size === 0) return tree;
  return treeOf(
    tree.entries.map((entry) => {
      const xattr = added.get(entry.path);
      if (xattr === undefined || entry.type !== 'file') return entry;
      return { ...entry, xattrs: [...entry.xattrs.filter(({ name }) => name !== xattr.name), xattr] };
    }),
  );
}

/**
 * `size` of `.PKGINFO`: contents, link texts, and directories by the builder's file system.
 * @param extraBlocks blocks of ext4 beyond the fewest; at most as many as these directories can have are counted
 */
export function installedSize(tree: Tree, model: DirectorySizeModel, extraBlocks = 0): number {
  const contents = tree.entries.reduce(
    (sum, { type, content, target }) =>
      sum + (type === 'file' ? content.size : type === 'symlink' ? encodeBytes(target).length : 0),
    0,
  );
  const shapes = directoryShapes(
    tree.entries.map(({ path, type }) => ({ path, isDirectory: type === 'directory' })),
  );
  const extra = model === 'ext4' && extraBlocks > 0 ? Math.min(extraBlocks, spareBlocks(shapes)) : 0;
  return shapes.reduce((sum, shape) => sum + directorySize(model, shape), contents + 4096 * extra);
}
