/** Differences of one shape, which reports show as one row: what follows from others is apart. */
import { baseName, compareBytes } from '../bytes.ts';
import type { CauseKind } from '../compare/cause.ts';
import type { Difference, DifferenceKind, SectionName } from '../compare/difference.ts';
import type { Part } from '../compare/part.ts';
import { sha256 } from '../digest.ts';
import { grouped } from '../lists.ts';

/** Differences of one shape: the same kind, the same causes, and where no cause is known, values that are alike. */
export interface DifferenceGroup {
  /** In the order of the packages; the first is the example. */
  readonly members: readonly [Difference, ...Difference[]];
  /** The kinds of its causes; empty where none was looked for. */
  readonly causes: readonly CauseKind[];
  /** The place inside the content, where all members have the same. */
  readonly place: string | undefined;
  /** Whether both sides of all members have the same values. */
  readonly sameValues: boolean;
}

export interface GroupedDifferences {
  /** By cause, the most frequent first and `unknown` last, then new names behind what else differs in their files, then the largest first, then by path. */
  readonly groups: readonly DifferenceGroup[];
  readonly consequences: readonly Difference[];
  /** The number of differences that have each cause, in the same order. */
  readonly causes: ReadonlyMap<CauseKind, number>;
  /** The number of differences of each kind, and of those for which no cause was looked for; what follows from others is not counted. */
  readonly kinds: ReadonlyMap<DifferenceKind, number>;
  readonly uncaused: number;
  /** The number of differences of each section that do not follow from others. */
  readonly roots: ReadonlyMap<SectionName, number>;
}

/** Groups what is listed of a comparison. Linear in the differences, and in what is held of their values. */
export function groupDifferences(all: readonly Difference[]): GroupedDifferences {
  const own = all.filter(({ followsFrom }) => followsFrom === undefined);
  const causes = countsOf(own.flatMap(causeKinds));
  const order = new Map([...causes.keys()].map((kind, at) => [kind, at]));
  const groups = [...grouped(own, shapeOf).values()].map(groupOf);
  const rank = (group: DifferenceGroup) => order.get(group.causes[0]!) ?? order.size;
  const changed = new Set(
    own.flatMap(({ kind, section, path }) => (kind === 'content' ? [`${section} ${path}`] : [])),
  );
  // A file whose content differs as well has its new name from that more often than the other way round.
  const isLed = ({ members }: DifferenceGroup) =>
    members.every(({ kind, section, path }) => kind === 'moved' && changed.has(`${section} ${path}`));
  return {
    groups: groups
      .map((group) => ({ group, rank: rank(group), led: Number(isLed(group)), place: placeOf(group) }))
      .sort(
        (a, b) =>
          a.rank - b.rank ||
          a.led - b.led ||
          b.group.members.length - a.group.members.length ||
          compareBytes(a.place, b.place),
      )
      .map(({ group }) => group),
    consequences: all.filter(({ followsFrom }) => followsFrom !== undefined),
    causes,
    kinds: countsOf(own.map(({ kind }) => kind)),
    uncaused: own.filter((each) => causeKinds(each).length === 0).length,
    roots: countsOf(own.map(({ section }) => section)),
  };
}

/** The number of occurrences of each value, the most frequent first, `unknown` last. */
function countsOf<V extends string>(values: readonly V[]): ReadonlyMap<V, number> {
  const counts = new Map<V, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const last = (value: V) => Number(value === 'unknown');
  return new Map(
    [...counts].sort(([a, left], [b, right]) => last(a) - last(b) || right - left || compareBytes(a, b)),
  );
}

function placeOf({ members: [{ section, path, kind }] }: DifferenceGroup): string {
  return JSON.stringify([section, path, kind]);
}

function groupOf(members: readonly [Difference, ...Difference[]]): DifferenceGroup {
  const [first] = members;
  const place = innerPlace(first);
  const common = place !== undefined && members.every((each) => innerPlace(each) === place);
  const sameValues = members.every(
    ({ published, rebuilt }) => published === first.published && rebuilt === first.rebuilt,
  );
  return { members, causes: causeKinds(first), place: common ? place : undefined, sameValues };
}

/** The place of the first cause inside the content; undefined where it is the entry itself. */
function innerPlace({ path, causes }: Difference): string | undefined {
  const place = causes?.[0]?.place;
  return place === undefined || place === '' || place === path ? undefined : place;
}

function causeKinds({ causes = [] }: Difference): readonly CauseKind[] {
  return [...new Set(causes.map(({ kind }) => kind))];
}

/** Kinds whose values make them different things for a reader, as far as they are short. */
const valued: ReadonlySet<DifferenceKind> = new Set([
  'type',
  'mode',
  'owner',
  'owner-name',
  'link-target',
  'device',
]);

/** Kinds whose name says what differs; that of others numbers entries of one path. */
const namedKinds: ReadonlySet<DifferenceKind> = new Set(['field', 'xattr', 'pax-record', 'header-bytes']);

/** What differences of one group have in common, as one text. */
function shapeOf(difference: Difference): string {
  const { section, kind, name, path, published, rebuilt, causes = [], parts = [] } = difference;
  const named = causes.filter((cause) => cause.kind !== 'unknown');
  const unknown = causes.filter((cause) => cause.kind === 'unknown');
  const inside =
    named.length === 0 ? insideShape(parts) : parts.slice(0, 1).map((part) => [part.format, part.kind]);
  return JSON.stringify([
    section,
    kind,
    namedKinds.has(kind) ? name : '',
    [...new Set(named.map((cause) => `${cause.kind} ${cause.confidence}`))],
    unknown.map((cause) => masked([cause.place === path ? '' : cause.place, cause.published, cause.rebuilt])),
    inside,
    valued.has(kind)
      ? [published, rebuilt].map((text) => (text === undefined ? undefined : shortened(text)))
      : '',
    kind === 'content' && inside.length === 0 ? endingOf(path) : '',
  ]);
}

const mostDepth = 8;
const mostCharacters = 160;

/** What differs inside of a content that no cause explains: values that are alike but for numbers have one shape, bytes only where they lie alike. */
function insideShape(parts: readonly Part[], left = mostDepth): unknown[] {
  if (left === 0) return [parts.length];
  return parts.map((part) => {
    const { format, kind, place, published, rebuilt, lines = [], windows = [], children = [] } = part;
    const texts = lines
      .flatMap((hunk) => hunk.lines.filter(({ side }) => side !== 'both'))
      .map(({ side, pieces }) => `${side} ${pieces.map(({ text }) => text).join('')}`);
    const ranges = windows.map(({ publishedOffset, length }) => [publishedOffset, length]);
    return [
      format,
      kind,
      masked([place, published, rebuilt]),
      masked([texts.join('\n')]),
      shortened(JSON.stringify(ranges)),
      insideShape(children, left - 1),
      parts.length,
    ];
  });
}

/** Texts without what counts up or is drawn by chance: each word with a digit in it is one mark. */
function masked(texts: readonly (string | undefined)[]): readonly (string | undefined)[] {
  return texts.map((text) =>
    text === undefined
      ? undefined
      : shortened(text.replace(/[0-9A-Za-z]+/g, (word) => (/[0-9]/.test(word) ? '#' : word))),
  );
}

/** A text that stands for a longer one, and for no other. */
function shortened(text: string): string {
  return text.length <= mostCharacters
    ? text
    : `${text.slice(0, mostCharacters)} ${sha256(Buffer.from(text))}`;
}

function endingOf(path: string): string {
  const name = baseName(path);
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? '' : name.slice(dot);
}

/** The most folders that are named for one group. */
export const mostFolders = 6;

export interface FolderCount {
  /** Empty for the root. */
  readonly path: string;
  readonly count: number;
}

/** The folders that hold entries, as deep as they can be named without exceeding a number of them; the fullest first. */
export function foldersOf(paths: readonly string[], most: number): readonly FolderCount[] {
  let found = new Map([['', paths.length]]);
  for (let depth = 1; depth <= deepest; depth++) {
    const deeper = new Map<string, number>();
    for (const path of paths) {
      const folder = folderOf(path, depth);
      deeper.set(folder, (deeper.get(folder) ?? 0) + 1);
      if (deeper.size > most) break;
    }
    if (deeper.size > most) break;
    const same = deeper.size === found.size && [...deeper.keys()].every((folder) => found.has(folder));
    found = deeper;
    if (same) break;
  }
  return [...found]
    .map(([path, count]) => ({ path, count }))
    .sort((a, b) => b.count - a.count || compareBytes(a.path, b.path));
}

const deepest = 32;

/** The folder of a path, cut to a number of names. */
function folderOf(path: string, depth: number): string {
  let end = -1;
  for (let names = 0; names < depth; names++) {
    const next = path.indexOf('/', end + 1);
    if (next === -1) break;
    end = next;
  }
  return end === -1 ? '' : path.slice(0, end);
}
