/**
 * The trees of all packages of a build side by side, with links followed inside them and nowhere else. melange
 * keeps one folder for each package in a common folder, so a relative link may lead from one into another.
 */

import type { Tree, TreeEntry } from '../../build/tree.ts';
import { compareBytes } from '../../bytes.ts';
import type { Format } from '../../melange/format.ts';

/** Where a path leads. */
export type Location =
  | { readonly kind: 'found'; readonly tree: Tree; readonly path: string; readonly entry?: TreeEntry }
  /** Nothing there, or nothing that is part of the build. */
  | { readonly kind: 'missing' }
  /** A link to an absolute path, which melange opened on the machine it ran on. */
  | { readonly kind: 'host' };

export interface BuildTrees {
  /** Follows a path of a package; links in its last part too. */
  locate(packageName: string, path: string): Location;
  /** Names in a directory of a package in byte order; none where the path is no directory. */
  list(packageName: string, path: string): readonly string[];
}

/** Linux and Go's os.Root (os/root.go) give up after so many links. */
const mostLinks = { host: 40, root: 8 };

/** A package of the build. */
export interface Relative {
  readonly name: string;
  readonly tree: Tree;
}

/** What follows links in the packages of a build, as one version of melange does. */
export function buildTrees(relatives: readonly Relative[], format: Format): BuildTrees {
  const onHost = format.absoluteLinksFollowedOnHost;
  const trees = new Map(relatives.map(({ name, tree }) => [name, tree]));
  const listings = new Map<Tree, ReadonlyMap<string, readonly string[]>>();

  const locate = (packageName: string, path: string): Location => {
    const limit = onHost ? mostLinks.host : mostLinks.root;
    const walked = walk(trees, [packageName, ...path.split('/')], limit);
    return walked.kind === 'host' && !onHost ? { kind: 'missing' } : walked;
  };
  const list = (packageName: string, path: string): readonly string[] => {
    const location = locate(packageName, path);
    if (location.kind !== 'found') return [];
    const listing = listings.get(location.tree) ?? listingOf(location.tree);
    listings.set(location.tree, listing);
    return listing.get(location.path) ?? [];
  };
  return { locate, list };
}

/** Resolves component by component, the name of a package being the first one. */
function walk(
  trees: ReadonlyMap<string, Tree>,
  components: readonly string[],
  mostFollowed: number,
): Location {
  const pending = components.toReversed();
  const walked: string[] = [];
  let entry: TreeEntry | undefined;
  for (let links = 0; pending.length > 0; ) {
    const component = pending.pop()!;
    if (component === '' || component === '.') continue;
    if (entry !== undefined && entry.type !== 'directory') return { kind: 'missing' };
    if (component === '..') {
      if (walked.pop() === undefined) return { kind: 'missing' };
      entry = entryAt(trees, walked);
      continue;
    }
    walked.push(component);
    entry = entryAt(trees, walked);
    if (walked.length === 1 ? !trees.has(component) : entry === undefined) return { kind: 'missing' };
    if (entry?.type !== 'symlink') continue;
    links += 1;
    if (links > mostFollowed) return { kind: 'missing' };
    if (entry.target.startsWith('/')) return { kind: 'host' };
    walked.pop();
    pending.push(...entry.target.split('/').reverse());
    entry = entryAt(trees, walked);
  }
  const tree = trees.get(walked[0] ?? '');
  if (tree === undefined) return { kind: 'missing' };
  const path = walked.slice(1).join('/');
  return entry === undefined ? { kind: 'found', tree, path } : { kind: 'found', tree, path, entry };
}

/** Undefined for the root of a package and for what does not exist. */
function entryAt(trees: ReadonlyMap<string, Tree>, walked: readonly string[]): TreeEntry | undefined {
  return walked.length < 2 ? undefined : trees.get(walked[0]!)?.get(walked.slice(1).join('/'));
}

function listingOf(tree: Tree): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, string[]>();
  for (const { path } of tree.entries) {
    const slash = path.lastIndexOf('/');
    const directory = path.slice(0, Math.max(slash, 0));
    const siblings = names.get(directory);
    if (siblings === undefined) names.set(directory, [path.slice(slash + 1)]);
    else siblings.push(path.slice(slash + 1));
  }
  for (const siblings of names.values()) siblings.sort(compareBytes);
  return names;
}
