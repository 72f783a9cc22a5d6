/**
 * The trees of all packages of a build side by side, with links followed inside them and nowhere else. melange
 * keeps one folder for each package in a common folder, so a relative link may lead from one into another.
 */

import { compareBytes } from '../../bytes.ts';
import type { Tree, TreeEntry } from '../../execute/tree.ts';
import { addAll } from '../../lists.ts';
import type { Format } from '../../melange/format.ts';

/** Where a path leads. */
export type Location =
  | { readonly kind: 'found'; readonly tree: Tree; readonly path: string; readonly entry?: TreeEntry }
  /** The path leads to nothing, or to nothing that is part of the build. */
  | { readonly kind: 'missing' }
  /** A link to an absolute path, which melange opened on the machine it ran on. */
  | { readonly kind: 'host' };

export interface BuildTrees {
  /** Follows a path of a package; links in its last part too. */
  locate(packageName: string, path: string): Location;
  /** Names in a directory of a package in byte order; none where the path is not a directory. */
  list(packageName: string, path: string): readonly string[];
}

/** The rules of the implementation that follows the links. */
interface Follower {
  readonly mostLinks: number;
  /** Whether a slash at the end of a link requires a directory. */
  readonly strictSlash: boolean;
}

const linux: Follower = { mostLinks: 40, strictSlash: true };
/** Go's os.Root (os/root.go, os/root_openat.go), which melange uses since v0.50.2. */
const goRoot: Follower = { mostLinks: 8, strictSlash: false };

/** A package of the build. */
export interface Relative {
  readonly name: string;
  readonly tree: Tree;
}

/** The packages of a build, whose links are followed as one version of melange does. */
export function buildTrees(relatives: readonly Relative[], format: Format): BuildTrees {
  const onHost = format.absoluteLinksFollowedOnHost;
  const trees = new Map(relatives.map(({ name, tree }) => [name, tree]));
  const listings = new Map<Tree, ReadonlyMap<string, readonly string[]>>();

  const locate = (packageName: string, path: string): Location => {
    const parts = path.split('/').filter((part) => part !== '' && part !== '.');
    const walked = walk(trees, [packageName, ...parts], onHost ? linux : goRoot);
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

/** Resolves a path part by part; the first part is the name of a package. */
function walk(trees: ReadonlyMap<string, Tree>, parts: readonly string[], follower: Follower): Location {
  const pending = parts.toReversed();
  const walked: string[] = [];
  let links = 0;
  for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
    const from = entryAt(trees, walked);
    if (from !== undefined && from.type !== 'directory') return { kind: 'missing' };
    if (part === '.') continue;
    if (part === '..') {
      if (walked.pop() === undefined) return { kind: 'missing' };
      continue;
    }
    walked.push(part);
    const entry = entryAt(trees, walked);
    if (walked.length === 1 ? !trees.has(part) : entry === undefined) return { kind: 'missing' };
    if (entry?.type !== 'symlink') continue;
    links += 1;
    if (links > follower.mostLinks) return { kind: 'missing' };
    if (entry.target.startsWith('/')) return { kind: 'host' };
    walked.pop();
    addAll(pending, partsOf(entry.target, follower).reverse());
  }
  return locationOf(trees, walked);
}

/** The parts of a link; a dot stands for a slash at its end where that counts. */
function partsOf(target: string, follower: Follower): string[] {
  const parts = target.split('/').filter((part) => part !== '' && part !== '.');
  return follower.strictSlash && /(?:^|\/)\.?$/.test(target) ? [...parts, '.'] : parts;
}

function locationOf(trees: ReadonlyMap<string, Tree>, walked: readonly string[]): Location {
  const tree = trees.get(walked[0] ?? '');
  if (tree === undefined) return { kind: 'missing' };
  const entry = entryAt(trees, walked);
  const path = walked.slice(1).join('/');
  return entry === undefined ? { kind: 'found', tree, path } : { kind: 'found', tree, path, entry };
}

/** The entry at a path; undefined for the root of a package and for what does not exist. */
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
