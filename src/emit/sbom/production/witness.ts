/**
 * A witness that needs no rebuild: the id in production's SBOM is a hash over the complete list of paths that were there
 * when the SBOM was made, so it tells whether the data section still has exactly these.
 */
import type { Apk } from '../../../apk/apk.ts';
import type { Claim } from '../../../claim/claim.ts';
import { distinctRecords } from './apk-record.ts';
import { fitRecord } from './fit.ts';
import { type Hash64, hashSet } from './hash.ts';
import { hashFiles, type TreePaths, treePaths } from './paths.ts';
import { type PublishedRecord, publishedRecord } from './published.ts';
import { hashPath, recordId } from './record.ts';

export type PathWitness =
  | {
      /** The published paths give the recorded id: none was added or taken away since. */
      readonly state: 'paths-match';
      readonly id: string;
      /** How many paths the SBOM vouches for, the root not counted. */
      readonly paths: number;
    }
  | {
      /** They do not, with no known variant of the record. */
      readonly state: 'paths-differ';
      readonly id: string;
      /** A path without which, and without all below it, the id would fit; undefined where no single one explains it. */
      readonly added: string | undefined;
    }
  /** Not production's SBOM, or one without the record. */
  | { readonly state: 'no-record' };

/** What the SBOM of a package testifies about the package's paths. */
export function witnessPaths(apk: Apk, claim: Claim): PathWitness {
  const published = publishedRecord(apk, claim);
  if (published === undefined) return { state: 'no-record' };
  const { id } = published;
  const { paths } = fitRecord(published);
  if (paths !== undefined) return { state: 'paths-match', id, paths: paths.length };
  return { state: 'paths-differ', id, added: addedPath(published) };
}

/** Bytes that are hashed in search of an added path: about a second's worth. */
const mostBytes = 256 * 1024 * 1024;
/** Of a record whose texts are empty. */
const leastBytes = 4096;

function addedPath({ subject, id, pathLists }: PublishedRecord): string | undefined {
  const [paths = []] = pathLists;
  const all = treePaths(paths);
  const records = distinctRecords(subject, all);
  const bytes = records.reduce((sum, { record }) => sum + leastBytes + JSON.stringify(record).length, 0);
  let spent = 0;
  for (const [path, { size, hash: branch }] of branchesOf(paths)) {
    spent += bytes;
    if (spent > mostBytes) return undefined;
    const rest: TreePaths = { isEmpty: size === paths.length, hash: hashSet([all.hash, branch]) };
    const fits = records.some(
      ({ variant, record }) => recordId({ ...record, files: hashFiles(rest, variant.emptyTree) }) === id,
    );
    if (fits) return path;
  }
  return undefined;
}

/** Every path with all that is below it: each is added, with what is below itself, to the nearest path above. */
function branchesOf(paths: readonly string[]): Map<string, { readonly size: number; readonly hash: Hash64 }> {
  const branches = new Map(paths.map((path) => [path, { size: 1, hash: hashPath(path) }]));
  const deepestFirst = [...branches.keys()].sort((a, b) => b.length - a.length);
  for (const path of deepestFirst) {
    const own = branches.get(path)!;
    let above = parentOf(path);
    while (above !== '' && !branches.has(above)) above = parentOf(above);
    const branch = branches.get(above);
    if (branch === undefined || above === path) continue;
    branches.set(above, { size: branch.size + own.size, hash: hashSet([branch.hash, own.hash]) });
  }
  return branches;
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
