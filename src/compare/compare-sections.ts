/** Two sections: compressed bytes first, then the archive, then entry by entry. */

import type { Section } from '../apk/apk.ts';
import type { ApkEntry } from '../apk/apk-entry.ts';
import { entryPath } from '../apk/entry-rules.ts';
import { type PkgInfo, parsePkgInfo } from '../apk/pkginfo.ts';
import { addTo } from '../lists.ts';
import { numbered } from './comparators/parts.ts';
import { type CompareLimits, defaultCompareLimits } from './compare-limits.ts';
import type { Difference, SectionName } from './difference.ts';
import { type DifferenceList, Differences } from './difference-list.ts';
import { compareEntries } from './entry-attributes.ts';
import { type ComparedEntry, type EntryPair, pairEntries } from './pairs.ts';

/** How alike two sections are: the same bytes, the same archive compressed differently, or neither. */
export type SectionLikeness = 'identical' | 'recompressed' | 'different';

export interface SectionComparison extends DifferenceList {
  readonly section: SectionName;
  readonly likeness: SectionLikeness;
}

export function compareSections(
  section: SectionName,
  published: Section | undefined,
  rebuilt: Section | undefined,
  { differences: most }: Pick<CompareLimits, 'differences'> = defaultCompareLimits,
): SectionComparison {
  if (published === undefined && rebuilt === undefined)
    return { section, likeness: 'identical', differences: [] };
  if (published === undefined || rebuilt === undefined) {
    const kind = rebuilt === undefined ? 'missing-section' : 'extra-section';
    return { section, likeness: 'different', differences: [{ section, kind, path: '' }] };
  }
  if (published.sha256 === rebuilt.sha256) return { section, likeness: 'identical', differences: [] };
  const framing = compareFraming(section, published, rebuilt);
  if (published.tarSha256 === rebuilt.tarSha256) {
    const compression: Difference = {
      section,
      kind: 'compression',
      path: '',
      published: `${published.end - published.start} bytes`,
      rebuilt: `${rebuilt.end - rebuilt.start} bytes`,
    };
    return { section, likeness: 'recompressed', differences: framing.length > 0 ? framing : [compression] };
  }
  const differences = new Differences(most);
  differences.addAll(framing);
  differences.addAll(archiveDifferences(section, published, rebuilt));
  return { section, likeness: 'different', ...differences.list };
}

function compareFraming(section: SectionName, published: Section, rebuilt: Section): Difference[] {
  const text = ({ gzip }: Section) =>
    `flags ${gzip.flags}, mtime ${gzip.mtime}, extra flags ${gzip.extraFlags}, os ${gzip.os}, ${gzip.length} bytes`;
  if (text(published) === text(rebuilt)) return [];
  return [{ section, kind: 'gzip-header', path: '', published: text(published), rebuilt: text(rebuilt) }];
}

function* archiveDifferences(
  section: SectionName,
  published: Section,
  rebuilt: Section,
): Generator<Difference> {
  yield* pairDifferences(section, pairEntries(published.entries, rebuilt.entries));
  yield* compareOrder(section, pathsOf(published), pathsOf(rebuilt));
  const end = ({ tar }: Section) => `${tar.zeroBlocks} zero blocks`;
  if (end(published) === end(rebuilt)) return;
  yield { section, kind: 'archive-end', path: '', published: end(published), rebuilt: end(rebuilt) };
}

function pathsOf({ entries }: Section): string[] {
  return numbered(entries.map(entryPath));
}

/** Yields what differs between the two sides of each pair: all of it together may exceed the memory. */
export function* pairDifferences(section: SectionName, pairs: readonly EntryPair[]): Generator<Difference> {
  for (const { path, occurrence, published, rebuilt } of pairs) {
    const which = occurrence === 1 ? {} : { name: `number ${occurrence}`, occurrence };
    if (published === undefined || rebuilt === undefined) {
      const kind = rebuilt === undefined ? ('missing-entry' as const) : ('extra-entry' as const);
      const sides = {
        ...(published === undefined ? {} : { published: describe(published) }),
        ...(rebuilt === undefined ? {} : { rebuilt: describe(rebuilt) }),
      };
      yield { section, kind, path, ...which, ...sides };
      continue;
    }
    const other = entryPath(rebuilt);
    if (other !== path) yield { ...which, section, kind: 'moved', path, published: path, rebuilt: other };
    for (const each of sideDifferences(section, path, published, rebuilt)) yield { ...which, ...each };
  }
}

function describe(entry: ComparedEntry): string {
  const what = entry.type === '2' ? `link to ${entry.linkname}` : `${entry.size} bytes`;
  return `type ${entry.type}, mode ${entry.mode.toString(8)}, ${what}`;
}

function* sideDifferences(
  section: SectionName,
  path: string,
  published: ComparedEntry & Pick<ApkEntry, 'content'>,
  rebuilt: ComparedEntry & Pick<ApkEntry, 'content'>,
): Generator<Difference> {
  const differences = compareEntries(section, published, rebuilt);
  const [left, right] = [published.content, rebuilt.content];
  if (section !== 'control' || path !== '.PKGINFO' || left === undefined || right === undefined) {
    yield* differences;
    return;
  }
  yield* differences.filter(({ kind }) => kind !== 'content');
  yield* fieldDifferences(section, path, parsePkgInfo(left), parsePkgInfo(right));
}

/** Compares each key of `.PKGINFO` with all its values as one; where the values are the same, order and shape. */
function* fieldDifferences(
  section: SectionName,
  path: string,
  published: PkgInfo,
  rebuilt: PkgInfo,
): Generator<Difference> {
  const [left, right] = [fieldsOf(published), fieldsOf(rebuilt)];
  let same = true;
  for (const name of new Set([...left.keys(), ...right.keys()])) {
    if (left.get(name) === right.get(name)) continue;
    same = false;
    yield {
      section,
      kind: 'field',
      path,
      name,
      ...(left.has(name) ? { published: left.get(name)! } : {}),
      ...(right.has(name) ? { rebuilt: right.get(name)! } : {}),
    };
  }
  if (!same || shapeOf(published) === shapeOf(rebuilt)) return;
  yield { section, kind: 'order', path, published: shapeOf(published), rebuilt: shapeOf(rebuilt) };
}

function shapeOf({ lines, finalNewline }: PkgInfo): string {
  const keys = lines.map((line) => (line.kind === 'field' ? line.key : line.text)).join(', ');
  return finalNewline ? keys : `${keys}, no final newline`;
}

function fieldsOf({ lines }: PkgInfo): Map<string, string> {
  const fields = new Map<string, string[]>();
  for (const line of lines) {
    const [key, value] = line.kind === 'field' ? [line.key, line.value] : [line.kind, line.text];
    addTo(fields, key, value);
  }
  return new Map([...fields].map(([key, values]) => [key, values.join(', ')]));
}

/** Compares the order of the paths that both have: the first place where it differs. */
function compareOrder(
  section: SectionName,
  published: readonly string[],
  rebuilt: readonly string[],
): Difference[] {
  const there = new Set(rebuilt);
  const common = new Set(published.filter((path) => there.has(path)));
  const left = published.filter((path) => common.has(path));
  const right = rebuilt.filter((path) => common.has(path));
  const at = left.findIndex((path, index) => right[index] !== path);
  if (at < 0) return [];
  return [
    {
      section,
      kind: 'order',
      path: left[at]!,
      published: `entry ${at + 1}`,
      rebuilt: `${right[at]} is there`,
    },
  ];
}
