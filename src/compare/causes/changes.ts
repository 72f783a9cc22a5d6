/** The values that differ between two contents: words of texts, strings of binaries, named values of formats. */
import { decodeBytes } from '../../bytes.ts';
import type { Difference } from '../difference.ts';
import type { LineHunk, Part } from '../part.ts';
import type { ByteRange, Change, Reordering } from './evidence.ts';

/** Bounds on looking for causes: whatever is beyond is left unnamed. */
export const causeBounds = {
  contentBytes: 32 * 1024 * 1024,
  changes: 500,
  lines: 200_000,
  ranges: 1000,
} as const;

export interface Changes {
  readonly changes: readonly Change[];
  readonly reorderings: readonly Reordering[];
  readonly ranges: readonly ByteRange[];
}

/** Everything that differs, bounded. Where a comparator knows the format, its parts say it better than the bytes do. */
export function changesOf(
  { parts = [], ...difference }: Difference,
  published: Uint8Array | undefined,
  rebuilt: Uint8Array | undefined,
): Changes {
  const known = parts.some(({ format }) => format !== 'text' && format !== 'binary');
  const named = known || published === undefined || rebuilt === undefined ? partChanges(parts, '') : nothing;
  const own =
    known || difference.kind !== 'content' || published === undefined || rebuilt === undefined
      ? nothing
      : isText(published) && isText(rebuilt)
        ? textChanges(decodeBytes(published), decodeBytes(rebuilt), '')
        : binaryChanges(published, rebuilt);
  const attribute = difference.kind === 'content' ? [] : attributeChanges(difference);
  return {
    changes: [...attribute, ...withoutDerived(pairChanges(named.changes)), ...own.changes].slice(
      0,
      causeBounds.changes,
    ),
    reorderings: [...named.reorderings, ...own.reorderings],
    ranges: own.ranges.slice(0, causeBounds.ranges),
  };
}

/** What only one side has and what only the other has, paired where both are of one shape, or where both are alone. */
function pairChanges(changes: readonly Change[]): Change[] {
  const extra = changes.filter(({ published, rebuilt }) => published === undefined && rebuilt !== undefined);
  const paired = changes.flatMap((change): Change[] => {
    if (change.rebuilt !== undefined || change.published === undefined) return [change];
    const own = extra.filter(
      (each) => each.format === change.format && sectionOf(each) === sectionOf(change),
    );
    const like =
      own.find((each) => shapeOf(each.rebuilt!) === shapeOf(change.published!)) ??
      (own.length === 1 ? own[0] : undefined);
    if (like === undefined) return [change];
    extra.splice(extra.indexOf(like), 1);
    return [{ ...change, rebuilt: like.rebuilt }];
  });
  const open = new Set(extra);
  return paired.filter(
    (each) => each.published !== undefined || each.rebuilt === undefined || open.has(each),
  );
}

function sectionOf({ place, label }: Change): string {
  return place.slice(0, place.length - label.length);
}

/** Digests of everything else, lengths and offsets: what they are follows from what is left once they are taken away. */
const followsFromAll = /\b(build-id|build id|crc|checksum|debug link|offset|size|length)\b/i;

function withoutDerived(changes: readonly Change[]): readonly Change[] {
  const own = changes.filter(({ label }) => !followsFromAll.test(label));
  // DWARF names strings by their offset, so where strings are others, so are the sections that refer to them.
  const strings = own.some(({ place }) => /section \.debug_(line_)?str\b/.test(place));
  const kept = own.filter(
    ({ place, label }) => !(strings && label === 'bytes' && /section \.debug_/.test(place)),
  );
  return kept.length === 0 ? changes : kept;
}

const nothing: Changes = { changes: [], reorderings: [], ranges: [] };

/** Kinds whose values are texts that may hold a time or a drawn name themselves. */
const texts = new Set<Difference['kind']>(['moved', 'link-target']);

function attributeChanges({
  path,
  kind,
  name,
  published,
  rebuilt,
}: Omit<Difference, 'parts'>): readonly Change[] {
  if (texts.has(kind) && published !== undefined && rebuilt !== undefined) {
    return lineChanges(published, rebuilt, path).changes;
  }
  return [{ place: path, published, rebuilt, around: undefined, format: undefined, label: name ?? kind }];
}

/** No zero bytes and few control characters, in a sample. */
function isText(bytes: Uint8Array): boolean {
  const sample = bytes.subarray(0, 65_536);
  let controls = 0;
  for (const byte of sample) {
    if (byte === 0) return false;
    if (byte < 9 || (byte > 13 && byte < 32 && byte !== 27) || byte > 0xf4) controls += 1;
  }
  if (controls > sample.length * 0.02) return false;
  // Bytes that are no UTF-8 throughout are no text either, unless they are rare.
  const escaped = [...decodeBytes(sample)].filter((character) => /[\udc80-\udcff]/.test(character)).length;
  return escaped <= sample.length * 0.02 + 3 && !bytes.subarray(65_536).includes(0);
}

/** Named values of parts, and texts inside of them. */
function partChanges(parts: readonly Part[], prefix: string): Changes {
  const found = parts.map((part) =>
    part.kind === 'bytes' ? windowChanges(part, parts, prefix) : partChange(part, prefix),
  );
  return {
    changes: found.flatMap(({ changes }) => changes),
    reorderings: found.flatMap(({ reorderings }) => reorderings),
    ranges: [],
  };
}

function partChange(part: Part, prefix: string): Changes {
  const place = [prefix, part.place].filter((each) => each !== '').join(': ');
  switch (part.kind) {
    case 'inside':
      return partChanges(part.children ?? [], place);
    case 'value':
    case 'missing':
    case 'extra': {
      const { published, rebuilt, format } = part;
      return {
        ...nothing,
        changes: [{ place, published, rebuilt, around: undefined, format, label: part.place }],
      };
    }
    case 'order': {
      const list = (text: string | undefined) => (text ?? '').split(', ');
      const [published, rebuilt] = [list(part.published), list(part.rebuilt)];
      const of = thingsOf(part, published);
      return { ...nothing, reorderings: [{ place, of, format: part.format, published, rebuilt }] };
    }
    case 'text':
      return prefix === '' ? nothing : hunkChanges(part.lines ?? [], place);
    default:
      return nothing;
  }
}

/** Bytes inside a format that no text beside them covers. */
function windowChanges({ windows = [], format }: Part, siblings: readonly Part[], prefix: string): Changes {
  const texts = siblings.flatMap(({ place, published = '' }) => {
    const at = /^text at byte (\d+)$/.exec(place)?.[1];
    return at === undefined ? [] : [{ start: Number(at), end: Number(at) + published.length }];
  });
  const open = windows.filter(
    ({ publishedOffset, length = 1 }) =>
      !texts.some(({ start, end }) => publishedOffset >= start && publishedOffset + length <= end),
  );
  const changes = open.map(
    ({ publishedOffset, published, rebuilt }): Change => ({
      place: [prefix, `byte ${publishedOffset}`].filter((each) => each !== '').join(': '),
      published,
      rebuilt,
      around: undefined,
      format,
      label: 'bytes',
    }),
  );
  return { ...nothing, changes };
}

const structured = new Set<Part['format']>(['json', 'spdx', 'yaml', 'python-bytecode']);

/** What comes in another order: keys are bare, items of lists are written as JSON writes them. */
function thingsOf({ format, place }: Part, values: readonly string[]): Reordering['of'] {
  if (!structured.has(format)) return 'members';
  if (format === 'python-bytecode') return /\bset$/.test(place) ? 'constants' : 'items';
  return values.some((value) => /^["[{\d-]/.test(value)) ? 'items' : 'keys';
}

/** Texts inside other formats, as far as their parts show them. */
function hunkChanges(hunks: readonly LineHunk[], place: string): Changes {
  const side = (name: 'published' | 'rebuilt') =>
    hunks
      .flatMap(({ lines }) => lines.filter((line) => line.side === name || line.side === 'both'))
      .map(({ pieces }) => pieces.map(({ text }) => text).join(''));
  return textChanges(side('published').join('\n'), side('rebuilt').join('\n'), place);
}

/** Lines that differ, and in them the words that do. */
function textChanges(published: string, rebuilt: string, prefix: string): Changes {
  const left = published.split('\n', causeBounds.lines);
  const right = rebuilt.split('\n', causeBounds.lines);
  const at = (line: number) => (prefix === '' ? `line ${line}` : `${prefix}: line ${line}`);
  const start = left.findIndex((line, index) => line !== right[index]);
  if (start < 0 && left.length === right.length) return nothing;
  const from = start < 0 ? left.length : start;
  const tail = commonTail(left, right, from);
  const [a, b] = [left.slice(from, left.length - tail), right.slice(from, right.length - tail)];
  if (sameItems(a, b)) {
    return {
      ...nothing,
      reorderings: [{ place: at(from + 1), of: 'lines', format: 'text', published: a, rebuilt: b }],
    };
  }
  if (a.length !== b.length) {
    return { ...nothing, changes: [blockChange(a, b, at(from + 1))] };
  }
  const found = a.map((line, index) =>
    line === b[index] ? nothing : lineChanges(line, b[index]!, at(from + index + 1)),
  );
  return {
    ...nothing,
    changes: found.flatMap(({ changes }) => changes).slice(0, causeBounds.changes),
    reorderings: found.flatMap(({ reorderings }) => reorderings),
  };
}

function commonTail(left: readonly string[], right: readonly string[], from: number): number {
  const most = Math.min(left.length, right.length) - from;
  let tail = 0;
  while (tail < most && left[left.length - 1 - tail] === right[right.length - 1 - tail]) tail += 1;
  return tail;
}

function sameItems(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length || a.length < 2) return false;
  const sorted = [...b].sort();
  return [...a].sort().every((value, index) => value === sorted[index]);
}

/** Lines of another number: one change, whole. */
function blockChange(a: readonly string[], b: readonly string[], place: string): Change {
  const text = (lines: readonly string[]) => lines.slice(0, 20).join('\n').slice(0, 2000);
  return { place, published: text(a), rebuilt: text(b), around: undefined, format: 'text', label: '' };
}

interface Word {
  readonly text: string;
  readonly at: number;
}

function wordsOf(line: string): Word[] {
  return [...line.matchAll(/[^\s=,;"'`(){}<>[\]|]+/g)].map((match) => ({ text: match[0], at: match.index }));
}

/** Words that differ in two versions of a line. */
function lineChanges(published: string, rebuilt: string, place: string): Changes {
  const [left, right] = [wordsOf(published), wordsOf(rebuilt)];
  const texts = (words: readonly Word[]) => words.map(({ text }) => text);
  const change = (a: string, b: string, atLeft: number, atRight: number): Change => ({
    place,
    published: a,
    rebuilt: b,
    around: { published: { text: published, at: atLeft }, rebuilt: { text: rebuilt, at: atRight } },
    format: 'text',
    label: '',
  });
  if (sameItems(texts(left), texts(right))) {
    const reordering: Reordering = {
      place,
      of: 'words',
      format: 'text',
      published: texts(left),
      rebuilt: texts(right),
    };
    if (texts(left).some((text, index) => text !== right[index]!.text))
      return { ...nothing, reorderings: [reordering] };
  }
  if (left.length === right.length && left.length > 0) {
    const changes = left.flatMap(({ text, at }, index) => {
      const other = right[index]!;
      return text === other.text ? [] : [change(text, other.text, at, other.at)];
    });
    if (changes.length > 0) return { ...nothing, changes };
  }
  return { ...nothing, changes: [change(...middles(published, rebuilt))] };
}

/** What is between the common beginning and the common end of two lines, at borders of words. */
function middles(a: string, b: string): [string, string, number, number] {
  let start = 0;
  while (start < Math.min(a.length, b.length) && a[start] === b[start]) start += 1;
  while (start > 0 && /\S/.test(a[start - 1]!)) start -= 1;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  while (end > 0 && /\S/.test(a[a.length - end] ?? ' ')) end -= 1;
  return [a.slice(start, a.length - end), b.slice(start, b.length - end), start, start];
}

const shortestString = 6;

/** Strings that one side alone has, paired in order; bytes that differ, where both are of one length. */
function binaryChanges(published: Uint8Array, rebuilt: Uint8Array): Changes {
  const ranges = published.length === rebuilt.length ? differingRanges(published, rebuilt) : [];
  const left = stringsOf(published);
  const right = stringsOf(rebuilt);
  const only = (own: readonly Word[], other: readonly Word[]) => {
    const there = new Set(other.map(({ text }) => text));
    const seen = new Set<string>();
    return own.filter(({ text }) => !there.has(text) && !seen.has(text) && seen.add(text));
  };
  const pairs = pairUp(only(left, right), only(right, left));
  const changes = pairs.flatMap(([a, b]) =>
    lineChanges(a.text, b.text, `string at 0x${b.at.toString(16)}`).changes.map((change) => ({
      ...change,
      bytes: { offset: b.at, length: b.text.length },
    })),
  );
  return { changes, reorderings: [], ranges };
}

/** Strings of one shape, first to first; what has no counterpart is left to the ranges of bytes. */
function pairUp(left: readonly Word[], right: readonly Word[]): [Word, Word][] {
  const rest = [...right];
  return left.slice(0, causeBounds.changes).flatMap((word): [Word, Word][] => {
    const at = rest.findIndex(({ text }) => shapeOf(text) === shapeOf(word.text));
    return at < 0 ? [] : [[word, rest.splice(at, 1)[0]!]];
  });
}

/** Digits, letters and lengths apart. */
function shapeOf(text: string): string {
  return text.replace(/[A-Za-z0-9_]+/g, 'x').replace(/ +/g, ' ');
}

function stringsOf(bytes: Uint8Array): Word[] {
  const masked = withoutBuildIds(bytes);
  const text = Buffer.from(masked.buffer, masked.byteOffset, masked.length).toString('latin1');
  return [...text.matchAll(/[\x20-\x7e]+/g)]
    .filter((match) => match[0].length >= shortestString)
    .map((match) => ({ text: match[0], at: match.index }));
}

/** The head of a GNU build-id note (SHA-1): sizes 4 and 20, type 3, name. The id follows from everything else. */
const buildIdHead = Buffer.from('040000001400000003000000474e5500', 'hex');
const buildIdBytes = 20;

function buildIds(bytes: Uint8Array): ByteRange[] {
  const ids: ByteRange[] = [];
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = buffer.indexOf(buildIdHead); at >= 0; at = buffer.indexOf(buildIdHead, at + 1)) {
    ids.push({ offset: at + buildIdHead.length, length: buildIdBytes });
  }
  return ids;
}

function withoutBuildIds(bytes: Uint8Array): Uint8Array {
  const ids = buildIds(bytes);
  if (ids.length === 0) return bytes;
  const copy = Uint8Array.from(bytes);
  for (const { offset, length } of ids) copy.fill(0, offset, offset + length);
  return copy;
}

/** Ranges of differing bytes, at most 3 equal ones apart; build-ids are left out. */
function differingRanges(published: Uint8Array, rebuilt: Uint8Array): ByteRange[] {
  const ids = buildIds(rebuilt);
  const ranges: { offset: number; length: number }[] = [];
  for (let at = 0; at < published.length && ranges.length <= causeBounds.ranges; at++) {
    if (published[at] === rebuilt[at]) continue;
    if (ids.some(({ offset, length }) => at >= offset && at < offset + length)) continue;
    const last = ranges.at(-1);
    if (last !== undefined && at - (last.offset + last.length) <= 3) last.length = at + 1 - last.offset;
    else ranges.push({ offset: at, length: 1 });
  }
  return ranges;
}
