/** What is kept on this machine: downloads, unpacked environments, git repositories. All of it can be thrown away. */
import { lstatSync, readdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseSha256, type Sha256 } from './digest.ts';
import { hasLiveRuns, removeTree } from './execute/run-directory.ts';
import type { IdMap } from './execute/sandbox/id-map.ts';
import { heldSince, openStore } from './inputs/store/store.ts';
import { namesIn, ownedName, sweepAbandoned } from './inputs/store/temporary-names.ts';
import { isOwned } from './process-marks.ts';

export interface CacheEntry {
  readonly kind: 'object' | 'environment' | 'package' | 'git' | 'bundle' | 'recipes';
  readonly name: string;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly usedAt: number;
}

/** Everything that is kept, the longest unused first. */
export function listCache(folder: string): CacheEntry[] {
  const objects = openStore(join(folder, 'store'))
    .list()
    .map(({ sha256, bytes, usedAt }): CacheEntry => ({ kind: 'object', name: sha256, bytes, usedAt }));
  return [
    ...objects,
    ...folders(folder, 'environment', 'guest.json'),
    ...folders(folder, 'package', 'guest.json'),
    ...folders(folder, 'git', 'HEAD'),
    ...folders(folder, 'bundle', 'manifest.json'),
    ...folders(folder, 'recipes', ''),
  ].sort((a, b) => a.usedAt - b.usedAt || (a.name < b.name ? -1 : 1));
}

const placeOf = {
  environment: 'environments',
  package: 'packages',
  git: 'git',
  bundle: 'bundles',
  recipes: 'recipes',
} as const;

/** @param mark the file in each that is touched when it is used; the folder itself where it is empty */
function folders(cache: string, kind: keyof typeof placeOf, mark: string): CacheEntry[] {
  const parent = join(cache, placeOf[kind]);
  return namesIn(parent).flatMap((name) => {
    if (isOwned(name)) return [];
    const stat = statSync(join(parent, name, mark), { throwIfNoEntry: false });
    if (stat === undefined) return [];
    // Listing a folder counts as an access to it.
    const usedAt = mark === '' ? stat.mtimeMs : Math.max(stat.atimeMs, stat.mtimeMs);
    return [{ kind, name, bytes: treeBytes(join(parent, name), kind === 'environment'), usedAt }];
  });
}

/** @param alone without files that another folder shares: those of environments are links to those of packages */
function treeBytes(path: string, alone: boolean): number {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat?.isDirectory() !== true) return alone && (stat?.nlink ?? 0) > 1 ? 0 : (stat?.size ?? 0);
  try {
    return readdirSync(path).reduce((sum, name) => sum + treeBytes(join(path, name), alone), 0);
  } catch {
    return 0;
  }
}

/** Hashes every object; removes and returns those that are damaged. */
export async function verifyCache(folder: string): Promise<readonly Sha256[]> {
  return openStore(join(folder, 'store')).verify();
}

export interface PruneLimits {
  /** Removes what has not been used since this time, in milliseconds since 1970. */
  readonly usedBefore: number | undefined;
  /** Removes the least recently used until at most this many bytes are left. */
  readonly mostBytes: number | undefined;
}

/** A process looks at folders before it holds the store: what was used up to this long before that may be in use by it. */
const headStartMilliseconds = 60_000;

/**
 * Removes entries and returns them. What a living process may have asked for stays, and so do folders while a build is under
 * way: it may use one.
 */
export async function pruneCache(folder: string, limits: PruneLimits, ids: IdMap): Promise<CacheEntry[]> {
  const entries = listCache(folder);
  const busy = hasLiveRuns(join(folder, 'runs'));
  const since = (heldSince(join(folder, 'store')) ?? Number.POSITIVE_INFINITY) - headStartMilliseconds;
  let left = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  const removed = new Set<CacheEntry>();
  // Packages that an environment used are looked at again: they may be unused by now.
  for (const entry of [...entries, ...entries.filter(({ kind }) => kind === 'package')]) {
    const old = limits.usedBefore !== undefined && entry.usedAt < limits.usedBefore;
    const tooMuch = limits.mostBytes !== undefined && left > limits.mostBytes;
    if (removed.has(entry) || !(old || tooMuch)) continue;
    if (entry.usedAt >= since || (busy && entry.kind !== 'object') || isShared(folder, entry)) continue;
    await remove(folder, entry, ids);
    left -= entry.bytes;
    removed.add(entry);
  }
  return [...removed];
}

/** Whether an environment shares the files of a package: removing the package would then free next to nothing. */
function isShared(folder: string, { kind, name, bytes }: CacheEntry): boolean {
  return kind === 'package' && treeBytes(join(folder, placeOf.package, name), true) < bytes;
}

/** Removes an entry. A folder is renamed first, so that it is never seen incomplete under its name. */
async function remove(folder: string, { kind, name }: CacheEntry, ids: IdMap): Promise<void> {
  if (kind === 'object') return openStore(join(folder, 'store')).remove(parseSha256(name)!);
  const parent = join(folder, placeOf[kind]);
  sweepAbandoned(parent);
  const aside = join(parent, ownedName());
  try {
    renameSync(join(parent, name), aside);
  } catch (failure) {
    // Another process has removed it already.
    if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw failure;
  }
  await removeTree(aside, ids);
}
