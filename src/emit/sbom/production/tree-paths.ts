/** The paths that syft's record lists: those of the tree when the SBOM was not yet written. */
import { type Hash64, noElements, xor } from './hash.ts';
import { hashPath, joinPaths } from './syft-record.ts';

/** A list of paths as far as it enters an id. */
export interface TreePaths {
  readonly isEmpty: boolean;
  /** The joined hash of the paths without the root. */
  readonly hash: Hash64;
}

/** Paths relative to the package root, without the root itself, each once. */
export function treePaths(paths: readonly string[]): TreePaths {
  return { isEmpty: paths.length === 0, hash: joinPaths(paths) };
}

const root = hashPath('.');

/** The list in a record: every path and `.`; where a package has no files, it may be empty. */
export function joinFiles({ isEmpty, hash }: TreePaths, emptyTree: 'root' | 'nothing'): Hash64 {
  return isEmpty && emptyTree === 'nothing' ? noElements : xor(hash, root);
}

const sbomFolders = ['var', 'var/lib', 'var/lib/db', 'var/lib/db/sbom'];

/**
 * What a package's paths were before its SBOM, from the published paths: all but the SBOM and the folders above it that
 * hold nothing else. Such a folder may have been there before the SBOM as well, so up to four more lists follow.
 */
export function pathsBeforeSbom(published: readonly string[], sbomPath: string): string[][] {
  const others = published.filter((path) => path !== sbomPath);
  const isBare = (folder: string) =>
    others.every((path) => sbomFolders.includes(path) || !path.startsWith(`${folder}/`));
  const bare = sbomFolders.filter((folder) => others.includes(folder) && isBare(folder));
  const kept = others.filter((path) => !bare.includes(path));
  return [kept, ...bare.map((_, index) => [...kept, ...bare.slice(0, index + 1)])];
}
