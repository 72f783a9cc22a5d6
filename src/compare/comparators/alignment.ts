/** The gateway to the `diff` package: two lists aligned, within a number of edits. */

import { createRequire } from 'node:module';
import { addAll } from '../../lists.ts';

/** Items of the published list that stand for items of the rebuilt one, ends exclusive; between runs the lists agree. */
export interface Run {
  readonly publishedStart: number;
  readonly publishedEnd: number;
  readonly rebuiltStart: number;
  readonly rebuiltEnd: number;
}

interface Steps {
  spend(steps: number): void;
}

type DiffArrays = typeof import('diff').diffArrays;

/** Loaded when first needed. */
const require = createRequire(import.meta.url);

/**
 * The runs that differ, in order. Where they differ by more than the number of edits, they are aligned by the items
 * that both have exactly once; where there are no such items, the rest is one run.
 */
export function alignLists(
  published: readonly string[],
  rebuilt: readonly string[],
  edits: number,
  steps: Steps,
): readonly Run[] {
  const runs: Run[] = [];
  const pending: Run[] = [
    {
      publishedStart: 0,
      publishedEnd: published.length,
      rebuiltStart: 0,
      rebuiltEnd: rebuilt.length,
    },
  ];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const run = trimmed(published, rebuilt, next);
    if (run.publishedStart === run.publishedEnd && run.rebuiltStart === run.rebuiltEnd) continue;
    const found = alignRun(published, rebuilt, run, edits, steps);
    if (found.kind === 'runs') addAll(runs, found.runs);
    else addAll(pending, found.between.toReversed());
  }
  return runs;
}

function trimmed(published: readonly string[], rebuilt: readonly string[], run: Run): Run {
  let { publishedStart, publishedEnd, rebuiltStart, rebuiltEnd } = run;
  while (
    publishedStart < publishedEnd &&
    rebuiltStart < rebuiltEnd &&
    published[publishedStart] === rebuilt[rebuiltStart]
  ) {
    publishedStart += 1;
    rebuiltStart += 1;
  }
  while (
    publishedStart < publishedEnd &&
    rebuiltStart < rebuiltEnd &&
    published[publishedEnd - 1] === rebuilt[rebuiltEnd - 1]
  ) {
    publishedEnd -= 1;
    rebuiltEnd -= 1;
  }
  return { publishedStart, publishedEnd, rebuiltStart, rebuiltEnd };
}

type Alignment =
  | { readonly kind: 'runs'; readonly runs: readonly Run[] }
  | { readonly kind: 'anchored'; readonly between: readonly Run[] };

function alignRun(
  published: readonly string[],
  rebuilt: readonly string[],
  run: Run,
  edits: number,
  steps: Steps,
): Alignment {
  const { publishedStart, publishedEnd, rebuiltStart, rebuiltEnd } = run;
  const [left, right] = [publishedEnd - publishedStart, rebuiltEnd - rebuiltStart];
  steps.spend(left + right);
  if (left === 0 || right === 0) return { kind: 'runs', runs: [run] };
  // Only lists of nearly the same items are searched: the cost is the square of the edits.
  const items = [
    published.slice(publishedStart, publishedEnd),
    rebuilt.slice(rebuiltStart, rebuiltEnd),
  ] as const;
  const fewest = fewestEdits(...items);
  // Nothing is on both sides.
  if (fewest === left + right) return { kind: 'runs', runs: [run] };
  if (fewest <= edits) {
    const changes = changesOf(...items, edits);
    steps.spend(stepsOfEdit * (changes === undefined ? edits : editsOf(changes)) ** 2);
    if (changes !== undefined) return { kind: 'runs', runs: runsOf(changes, publishedStart, rebuiltStart) };
  }
  const between = anchored(published, rebuilt, run);
  return between === undefined ? { kind: 'runs', runs: [run] } : { kind: 'anchored', between };
}

const stepsOfEdit = 2;

/** A lower bound of the edits: the items that only one side has. */
function fewestEdits(published: readonly string[], rebuilt: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const item of published) counts.set(item, (counts.get(item) ?? 0) + 1);
  let edits = 0;
  for (const item of rebuilt) {
    const count = counts.get(item) ?? 0;
    if (count === 0) edits += 1;
    else counts.set(item, count - 1);
  }
  for (const count of counts.values()) edits += count;
  return edits;
}

interface Change {
  readonly added: boolean;
  readonly removed: boolean;
  readonly count: number;
}

function changesOf(
  published: string[],
  rebuilt: string[],
  maxEditLength: number,
): readonly Change[] | undefined {
  // Of the package, this part alone: all of it takes longer to load than to compare two small files.
  const { diffArrays }: { diffArrays: DiffArrays } = require('diff/lib/diff/array.js');
  return diffArrays(published, rebuilt, { maxEditLength });
}

function editsOf(changes: readonly Change[]): number {
  return changes.reduce((sum, { added, removed, count }) => sum + (added || removed ? count : 0), 0);
}

function runsOf(changes: readonly Change[], publishedStart: number, rebuiltStart: number): Run[] {
  const runs: Run[] = [];
  let [i, j] = [publishedStart, rebuiltStart];
  let open: Run | undefined;
  for (const { added, removed, count } of changes) {
    if (!added && !removed) {
      if (open !== undefined) runs.push(open);
      open = undefined;
      i += count;
      j += count;
      continue;
    }
    open ??= { publishedStart: i, publishedEnd: i, rebuiltStart: j, rebuiltEnd: j };
    if (removed) i += count;
    else j += count;
    open = { ...open, publishedEnd: i, rebuiltEnd: j };
  }
  if (open !== undefined) runs.push(open);
  return runs;
}

/** The runs between items that both sides have once, in an order that both keep (patience diff). */
function anchored(
  published: readonly string[],
  rebuilt: readonly string[],
  run: Run,
): readonly Run[] | undefined {
  const left = onlyOnce(published, run.publishedStart, run.publishedEnd);
  const right = onlyOnce(rebuilt, run.rebuiltStart, run.rebuiltEnd);
  const pairs = [...left].flatMap(([item, i]): (readonly [number, number])[] => {
    const j = right.get(item);
    return j === undefined ? [] : [[i, j]];
  });
  const anchors = longestIncreasing(pairs);
  if (anchors.length === 0) return undefined;
  const between: Run[] = [];
  let [i, j] = [run.publishedStart, run.rebuiltStart];
  for (const [a, b] of [...anchors, [run.publishedEnd, run.rebuiltEnd] as const]) {
    if (a > i || b > j) between.push({ publishedStart: i, publishedEnd: a, rebuiltStart: j, rebuiltEnd: b });
    [i, j] = [a + 1, b + 1];
  }
  return between;
}

function onlyOnce(items: readonly string[], from: number, until: number): Map<string, number> {
  const places = new Map<string, number>();
  for (let at = from; at < until; at += 1) {
    places.set(items[at]!, places.has(items[at]!) ? -1 : at);
  }
  return new Map([...places].filter(([, at]) => at >= 0));
}

/** The longest sequence of pairs, sorted by their first number, whose second numbers increase. */
function longestIncreasing(pairs: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  const ends: number[] = [];
  const before: number[] = [];
  pairs.forEach(([, second], index) => {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (pairs[ends[middle]!]![1] < second) low = middle + 1;
      else high = middle;
    }
    before[index] = low === 0 ? -1 : ends[low - 1]!;
    ends[low] = index;
  });
  const chosen: (readonly [number, number])[] = [];
  for (let at = ends.at(-1) ?? -1; at >= 0; at = before[at]!) chosen.push(pairs[at]!);
  return chosen.reverse();
}

/** Words, runs of blanks and single marks of a line. */
const words = /[\p{L}\p{N}_]+|\s+|[^\p{L}\p{N}_\s]/gu;
const mostWords = 2000;
const mostWordEdits = 120;

export interface Piece {
  readonly text: string;
  readonly changed: boolean;
}

/** Two lines as pieces, those that differ marked; word by word where that is affordable. */
export function alignWords(published: string, rebuilt: string, steps: Steps): [Piece[], Piece[]] {
  const left = published.match(words) ?? [];
  const right = rebuilt.match(words) ?? [];
  if (left.length + right.length > mostWords) return aroundChange(published, rebuilt);
  const runs = alignLists(left, right, mostWordEdits, steps);
  return [
    piecesOf(
      left,
      runs.map((run) => [run.publishedStart, run.publishedEnd]),
    ),
    piecesOf(
      right,
      runs.map((run) => [run.rebuiltStart, run.rebuiltEnd]),
    ),
  ];
}

function piecesOf(items: readonly string[], ranges: readonly (readonly [number, number])[]): Piece[] {
  const pieces: Piece[] = [];
  const add = (from: number, until: number, changed: boolean) => {
    if (until > from) pieces.push({ text: items.slice(from, until).join(''), changed });
  };
  let at = 0;
  for (const [from, until] of ranges) {
    add(at, from, false);
    add(from, until, true);
    at = until;
  }
  add(at, items.length, false);
  return pieces;
}

/** The pieces of very long lines: what both begin and end with, and one piece between. */
function aroundChange(published: string, rebuilt: string): [Piece[], Piece[]] {
  const most = Math.min(published.length, rebuilt.length);
  let start = 0;
  while (start < most && published[start] === rebuilt[start]) start += 1;
  let end = 0;
  while (end < most - start && published.at(-1 - end) === rebuilt.at(-1 - end)) end += 1;
  const split = (text: string) =>
    [
      { text: text.slice(0, start), changed: false },
      { text: text.slice(start, text.length - end), changed: true },
      { text: text.slice(text.length - end), changed: false },
    ].filter((piece) => piece.text !== '');
  return [split(published), split(rebuilt)];
}
