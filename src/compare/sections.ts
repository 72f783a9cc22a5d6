/** Two sections: compressed bytes first, then the archive, then entry by entry. */

import type { Section } from '../apk/apk.ts';
import type { ApkEntry } from '../apk/apk-entry.ts';
import { entryPath } from '../apk/entries.ts';
import { type PkgInfo, parsePkgInfo } from '../apk/pkginfo.ts';
import { addAll, addTo } from '../lists.ts';
import { numbered } from './comparators/parts.ts';
import type { Difference, SectionName } from './difference.ts';
import { compareEntries } from './entries.ts';
import { type ComparedEntry, type EntryPair, pairEntries } from './pairs.ts';

/** How alike two sections are: the same bytes, the same archive compressed otherwise, or neither. */
export type SectionLikeness = 'identical' | 'recompressed' | 'different';

export interface SectionComparison {
  readonly section: SectionName;
  readonly likeness: SectionLikeness;
  readonly differences: readonly Difference[];
}

export function compareSections(
  section: SectionName,
  published: Section | undefined,
  rebuilt: Section | undefined,
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
  const differences = [...framing, ...compareArchives(section, published, rebuilt)];
  return { section, likeness: 'different', differences };
}

function compareFraming(section: SectionName, published: Section, rebuilt: Section): Difference[] {
  const text = ({ gzip }: Section) =>
    `flags ${gzip.flags}, mtime ${gzip.mtime}, extra flags ${gzip.extraFlags}, os ${gzip.os}, ${gzip.length} bytes`;
  if (text(published) === text(rebuilt)) return [];
  return [{ section, kind: 'gzip-header', path: '', published: text(published), rebuilt: text(rebuilt) }];
}

function compareArchives(section: SectionName, published: Section, rebuilt: Section): Difference[] {
  const differences = comparePairs(section, pairEntries(published.entries, rebuilt.entries));
  addAll(differences, compareOrder(section, pathsOf(published), pathsOf(rebuilt)));
  const end = ({ tar }: Section) => `${tar.zeroBlocks} zero blocks`;
  if (end(published) !== end(rebuilt)) {
    differences.push({
      section,
      kind: 'archive-end',
      path: '',
      published: end(published),
      rebuilt: end(rebuilt),
    });
  }
  return differences;
}

function pathsOf({ entries }: Section): string[] {
  return numbered(entries.map(entryPath));
}

/** What differs between the two sides of each pair. */
export function comparePairs(section: SectionName, pairs: readonly EntryPair[]): Difference[] {
  return pairs.flatMap(({ path, occurrence, published, rebuilt }) => {
    const which = occurrence === 1 ? {} : { name: `number ${occurrence}`, occurrence };
    if (published === undefined || rebuilt === undefined) {
      const kind = rebuilt === undefined ? ('missing-entry' as const) : ('extra-entry' as const);
      const sides = {
        ...(published === undefined ? {} : { published: describe(published) }),
        ...(rebuilt === undefined ? {} : { rebuilt: describe(rebuilt) }),
      };
      return [{ section, kind, path, ...which, ...sides }];
    }
    const other = entryPath(rebuilt);
    const moved: Difference = { section, kind: 'moved', path, published: path, rebuilt: other };
    const differences = compareSides(section, path, published, rebuilt);
    return [...(other === path ? [] : [moved]), ...differences].map((each) => ({ ...which, ...each }));
  });
}

function describe(entry: ComparedEntry): string {
  const what = entry.type === '2' ? `link to ${entry.linkname}` : `${entry.size} bytes`;
  return `type ${entry.type}, mode ${entry.mode.toString(8)}, ${what}`;
}

function compareSides(
  section: SectionName,
  path: string,
  published: ComparedEntry & Pick<ApkEntry, 'content'>,
  rebuilt: ComparedEntry & Pick<ApkEntry, 'content'>,
): Difference[] {
  const differences = compareEntries(section, published, rebuilt);
  if (section !== 'control' || path !== '.PKGINFO') return differences;
  if (published.content === undefined || rebuilt.content === undefined) return differences;
  return [
    ...differences.filter(({ kind }) => kind !== 'content'),
    ...compareFields(section, path, parsePkgInfo(published.content), parsePkgInfo(rebuilt.content)),
  ];
}

/** Each key of `.PKGINFO` with all its values as one; order and shape where the values are the same. */
function compareFields(
  section: SectionName,
  path: string,
  published: PkgInfo,
  rebuilt: PkgInfo,
): Difference[] {
  const left = fieldsOf(published);
  const right = fieldsOf(rebuilt);
  const differences = [...new Set([...left.keys(), ...right.keys()])]
    .filter((name) => left.get(name) !== right.get(name))
    .map(
      (name): Difference => ({
        section,
        kind: 'field',
        path,
        name,
        ...(left.has(name) ? { published: left.get(name)! } : {}),
        ...(right.has(name) ? { rebuilt: right.get(name)! } : {}),
      }),
    );
  if (differences.length > 0) return differences;
  const shape = (info: PkgInfo) =>
    `${info.lines.map((line) => (line.kind === 'field' ? line.key : line.text)).join(', ')}${info.finalNewline ? '' : ', no final newline'}`;
  if (shape(published) === shape(rebuilt)) return [];
  return [{ section, kind: 'order', path, published: shape(published), rebuilt: shape(rebuilt) }];
}

function fieldsOf({ lines }: PkgInfo): Map<string, string> {
  const fields = new Map<string, string[]>();
  for (const line of lines) {
    const [key, value] = line.kind === 'field' ? [line.key, line.value] : [line.kind, line.text];
    addTo(fields, key, value);
  }
  return new Map([...fields].map(([key, values]) => [key, values.join(', ')]));
}

/** Order among the paths that both have: the first place where it differs. */
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
