/** Trees as the steps of a build leave them; each test names only what it is about. */
import { type Tree, type TreeEntry, treeOf } from '../../src/execute/tree.ts';
import { contentOf, emptyContent } from '../../src/formats/content.ts';

export type TreePart = Partial<Omit<TreeEntry, 'content'>> & {
  readonly path: string;
  readonly content?: string | Uint8Array;
};

export function treeEntry(part: TreePart): TreeEntry {
  const type = part.type ?? 'file';
  return {
    type,
    mode: type === 'directory' ? 0o755 : 0o644,
    uid: 0,
    gid: 0,
    target: '',
    xattrs: [],
    ...part,
    content: part.content === undefined ? emptyContent : contentOf(Buffer.from(part.content)),
  };
}

export function tree(...parts: readonly TreePart[]): Tree {
  return treeOf(parts.map(treeEntry));
}
