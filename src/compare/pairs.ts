/** Pairs the entries of two archives or folders: by path, those left over by content, and files that are still left by their names. */

import type { ApkEntry } from '../apk/apk-entry.ts';
import { entryPath } from '../apk/entry-rules.ts';
import { baseName } from '../bytes.ts';
import { Queues } from '../lists.ts';
import { alikeNames } from './likeness.ts';

/** The parts of an entry that are compared; entries of folders have the same shape. */
export type ComparedEntry = Omit<ApkEntry, 'sha1' | 'content'>;

export interface EntryPair {
  /** The path on the published side, or on the only side that has the entry. */
  readonly path: string;
  /** Counts from 1; higher only where an archive has a path several times. */
  readonly occurrence: number;
  readonly published: ComparedEntry | undefined;
  readonly rebuilt: ComparedEntry | undefined;
}

/** The pairs in the order of the published side, followed by what only the rebuilt side has. */
export function pairEntries(
  published: readonly ComparedEntry[],
  rebuilt: readonly ComparedEntry[],
): readonly EntryPair[] {
  const left = keyed(published);
  const right = keyed(rebuilt);
  const moves = movesOf(left, right);
  const pairs: EntryPair[] = [];
  for (const [key, each] of left) {
    const other = right.get(key) ?? right.get(moves.get(key) ?? '');
    pairs.push({ ...each, published: each.entry, rebuilt: other?.entry });
  }
  const taken = new Set(moves.values());
  for (const [key, each] of right) {
    if (left.has(key) || taken.has(key)) continue;
    pairs.push({ ...each, published: undefined, rebuilt: each.entry });
  }
  return pairs.map(({ path, occurrence, published: a, rebuilt: b }) => ({
    path,
    occurrence,
    published: a,
    rebuilt: b,
  }));
}

interface Keyed {
  readonly path: string;
  readonly occurrence: number;
  readonly entry: ComparedEntry;
}

function keyed(entries: readonly ComparedEntry[]): Map<string, Keyed> {
  const seen = new Map<string, number>();
  return new Map(
    entries.map((entry) => {
      const path = entryPath(entry);
      const occurrence = (seen.get(path) ?? 0) + 1;
      seen.set(path, occurrence);
      return [`${path}\0${occurrence}`, { path, occurrence, entry }];
    }),
  );
}

/** Files that only one side has and that hold the same bytes; those with the same base name are paired first. */
function movesOf(
  published: ReadonlyMap<string, Keyed>,
  rebuilt: ReadonlyMap<string, Keyed>,
): ReadonlyMap<string, string> {
  const byName = new Queues<string, string>();
  const byContent = new Queues<string, string>();
  for (const [key, { entry, path }] of rebuilt) {
    if (published.has(key) || !hasContent(entry)) continue;
    byName.add(nameKey(path, entry), key);
    byContent.add(entry.sha256, key);
  }
  const moves = new Map<string, string>();
  const lost = [...published].filter(([key, { entry }]) => !rebuilt.has(key) && hasContent(entry));
  for (const [key, { entry, path }] of lost) {
    const other = byName.take(nameKey(path, entry));
    if (other !== undefined) moves.set(key, other);
  }
  const taken = new Set(moves.values());
  for (const [key, { entry }] of lost) {
    const other = moves.has(key) ? undefined : byContent.take(entry.sha256, (each) => !taken.has(each));
    if (other !== undefined) moves.set(key, other);
  }
  for (const [key, other] of renamed(published, rebuilt, moves)) moves.set(key, other);
  return moves;
}

/** Files whose names only differ in what programs draw or compute. */
function renamed(
  published: ReadonlyMap<string, Keyed>,
  rebuilt: ReadonlyMap<string, Keyed>,
  moves: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const taken = new Set(moves.values());
  const only = (own: typeof published, other: typeof published, known: (key: string) => boolean) =>
    [...own]
      .filter(([key, { entry }]) => !other.has(key) && !known(key) && hasContent(entry))
      .map(([key]) => key);
  const left = only(published, rebuilt, (key) => moves.has(key));
  const right = only(rebuilt, published, (key) => taken.has(key));
  const sides = { published, rebuilt };
  return alikeNames(left, right, (key, side) => sides[side].get(key)!.entry.size);
}

function hasContent({ type, size }: ComparedEntry): boolean {
  return (type === '0' || type === '7') && size > 0;
}

function nameKey(path: string, { sha256 }: ComparedEntry): string {
  return `${sha256} ${baseName(path)}`;
}
