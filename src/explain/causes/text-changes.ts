/** Words that differ between two texts. */
import { alignLists } from '../../compare/comparators/alignment.ts';
import { type Changes, causeBounds, nothing, type Word } from './change-lists.ts';
import type { Change, Reordering, Surroundings } from './evidence.ts';

/** The words that differ, in the lines that differ. */
export function textChanges(published: string, rebuilt: string, prefix: string): Changes {
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
  const placeOf = (line: number) => at(from + line + 1);
  return upToBound(a.length === b.length ? pairsOf(a, b, placeOf) : alignedChanges(a, b, placeOf));
}

function* pairsOf(
  a: readonly string[],
  b: readonly string[],
  placeOf: (line: number) => string,
): Generator<Changes> {
  for (const [index, line] of a.entries())
    if (line !== b[index]) yield lineChanges(line, b[index]!, placeOf(index));
}

/** What no cause is looked for in is not read. */
function upToBound(found: Iterable<Changes>): Changes {
  const lists: Changes[] = [];
  let count = 0;
  for (const each of found) {
    lists.push(each);
    count += each.changes.length + each.reorderings.length;
    if (count >= causeBounds.changes) break;
  }
  return {
    ...nothing,
    changes: lists.flatMap(({ changes }) => changes).slice(0, causeBounds.changes),
    reorderings: lists.flatMap(({ reorderings }) => reorderings),
  };
}

/** The changes where the numbers of lines differ: the lists are aligned, and a block with more lines on one side is one change. */
function alignedChanges(
  a: readonly string[],
  b: readonly string[],
  placeOf: (line: number) => string,
): readonly Changes[] {
  const runs = alignLists(a, b, mostEdits, { spend: () => undefined });
  return runs.slice(0, causeBounds.changes).flatMap((run): readonly Changes[] => {
    const left = a.slice(run.publishedStart, run.publishedEnd);
    const right = b.slice(run.rebuiltStart, run.rebuiltEnd);
    const place = placeOf(run.publishedStart);
    if (left.length !== right.length) return [{ ...nothing, changes: [blockChange(left, right, place)] }];
    return left.map((line, at) => lineChanges(line, right[at]!, placeOf(run.publishedStart + at)));
  });
}

const mostEdits = 200;

function commonTail(left: readonly string[], right: readonly string[], from: number): number {
  const most = Math.min(left.length, right.length) - from;
  let tail = 0;
  while (tail < most && left[left.length - 1 - tail] === right[right.length - 1 - tail]) tail += 1;
  return tail;
}

function sameItems(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length || a.length < 2) return false;
  // Most lists are told apart by one of their first items, without sorting them.
  const present = new Set(b);
  if (!a.every((value) => present.has(value))) return false;
  const sorted = [...b].sort();
  return [...a].sort().every((value, index) => value === sorted[index]);
}

/** The change where the numbers of lines differ: the whole block is one change. */
function blockChange(a: readonly string[], b: readonly string[], place: string): Change {
  const text = (lines: readonly string[]) => lines.slice(0, 20).join('\n').slice(0, 2000);
  return { place, published: text(a), rebuilt: text(b), around: undefined, format: 'text', label: '' };
}

function wordsOf(line: string, { start, end }: Stretch): Word[] {
  const stretch = line.slice(start, line.length - end);
  return [...stretch.matchAll(/[^\s=,;"'`(){}<>[\]|]+/g)].map((match) => ({
    text: match[0],
    at: start + match.index,
  }));
}

/** How many characters two lines have in common at their beginnings and at their ends. */
interface Stretch {
  readonly start: number;
  readonly end: number;
}

const whole: Stretch = { start: 0, end: 0 };

/** A line of this many characters is looked at as a whole; a longer one, which may be all of a file, where it differs. */
const longLine = 20_000;

const separators = /[\s=,;"'`(){}<>[\]|]/;

/** What is longer is not split into words: each takes some hundred bytes of memory. */
const mostCharacters = 2_000_000;

/** Where two long lines differ, to the borders of words. */
function stretchOf(a: string, b: string): Stretch {
  if (Math.max(a.length, b.length) <= longLine) return whole;
  return commonEnds(a, b, separators);
}

const surroundingCharacters = 1000;

/** A part of a line, so that many changes in a long one do not each hold, and search, the whole of it. */
function surroundings(line: string, at: number): Surroundings {
  const from = Math.max(0, at - surroundingCharacters);
  return { text: line.slice(from, at + surroundingCharacters), at: at - from };
}

/** Words that differ in two versions of a line. */
export function lineChanges(published: string, rebuilt: string, place: string): Changes {
  const change = (a: string, b: string, atLeft: number, atRight: number): Change => ({
    place,
    published: a,
    rebuilt: b,
    around: { published: surroundings(published, atLeft), rebuilt: surroundings(rebuilt, atRight) },
    format: 'text',
    label: '',
  });
  const between = (): Changes => {
    const { values, at } = middles(published, rebuilt);
    return { ...nothing, changes: [change(...values, at, at)] };
  };
  const stretch = stretchOf(published, rebuilt);
  if (Math.max(published.length, rebuilt.length) - stretch.start - stretch.end > mostCharacters) {
    return between();
  }
  const [left, right] = [wordsOf(published, stretch), wordsOf(rebuilt, stretch)];
  const texts = (words: readonly Word[]) => words.map(({ text }) => text);
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
  return between();
}

/** What is between the common beginning and the common end of two lines, at borders of words. */
function middles(a: string, b: string): { values: [string, string]; at: number } {
  const { start, end } = commonEnds(a, b, /\s/);
  return { values: [a.slice(start, a.length - end), b.slice(start, b.length - end)], at: start };
}

/** The common beginning and the common end, each up to a character that separates words. */
function commonEnds(a: string, b: string, separator: RegExp): Stretch {
  let start = 0;
  while (start < Math.min(a.length, b.length) && a[start] === b[start]) start += 1;
  while (start > 0 && !separator.test(a[start - 1]!)) start -= 1;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  while (end > 0 && !separator.test(a[a.length - end] ?? ' ')) end -= 1;
  return { start, end };
}
