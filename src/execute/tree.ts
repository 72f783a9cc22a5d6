/**
 * The file tree of one package as the steps left it. Values only: contents are read on demand by offset,
 * so no path that a recipe chose is ever opened on disk.
 */
import { compareBytes } from '../bytes.ts';
import type { Content } from '../formats/content.ts';

export type EntryType = 'file' | 'directory' | 'symlink' | 'fifo' | 'character-device' | 'block-device';

export interface Xattr {
  readonly name: string;
  /** Binary; never decoded. */
  readonly value: Uint8Array;
}

export interface TreeEntry {
  /** Relative to the package root, `/`-separated, no leading or trailing slash (see `bytes.ts`). */
  readonly path: string;
  readonly type: EntryType;
  /** Permission bits and set-user-id, set-group-id, sticky: at most 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Text of a symbolic link, verbatim; empty for everything else. */
  readonly target: string;
  readonly device?: { readonly major: number; readonly minor: number };
  readonly xattrs: readonly Xattr[];
  /** Path of the first name of the same file, for second and later names of a hard link. */
  readonly linkOf?: string;
  /** Content of a regular file (also of a hard link to one); size 0 for everything else. */
  readonly content: Content;
}

export interface Tree {
  /** In walk order: depth first, siblings by bytes of their name, a directory before its content. */
  readonly entries: readonly TreeEntry[];
  get(path: string): TreeEntry | undefined;
}

/** A tree over entries given in any order; a later entry of the same path replaces an earlier one. */
export function treeOf(entries: Iterable<TreeEntry>): Tree {
  const byPath = new Map<string, TreeEntry>();
  for (const entry of entries) byPath.set(entry.path, entry);
  const sorted = [...byPath.values()].sort((a, b) => compareWalk(a.path, b.path));
  return { entries: sorted, get: (path) => byPath.get(path) };
}

/**
 * The order of Go's fs.WalkDir (docs/melange/tree.md#entries): `usr/lib/a`, `usr/lib/a/x`, `usr/lib/a-b`. A slash sorts
 * before every other byte, which is the same as comparing component by component.
 */
function compareWalk(a: string, b: string): number {
  return compareBytes(a.replaceAll('/', '\0'), b.replaceAll('/', '\0'));
}
