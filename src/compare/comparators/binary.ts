/** Bytes of no known format: the ranges that differ, aligned where bytes were inserted or removed. */

import { decodeBytes } from '../../bytes.ts';
import { addAll } from '../../lists.ts';
import type { ByteWindow, Part } from '../part.ts';
import { alignLists } from './alignment.ts';
import type { Comparator, CompareContext } from './comparator.ts';
import { unreadPart, valuePart } from './parts.ts';

/** Half-open ranges of the two sides that stand for one another. */
export interface DifferingRange {
  readonly publishedStart: number;
  readonly publishedEnd: number;
  readonly rebuiltStart: number;
  readonly rebuiltEnd: number;
}

export const binary: Comparator = {
  format: 'binary',
  matches: () => true,
  compare: (published, rebuilt, context) => compareBinary(published, rebuilt, context),
};

/** Windows into each range that differs, and the texts in which they lie. */
export function compareBinary(published: Uint8Array, rebuilt: Uint8Array, context: CompareContext): Part[] {
  const { windows: mostWindows, windowBytes } = context.limits;
  const { ranges, complete } = differingRanges(published, rebuilt, mostWindows, context);
  if (ranges.length === 0) return [];
  const parts: Part[] = [];
  if (published.length !== rebuilt.length) {
    parts.push(valuePart('binary', 'size', `${published.length} bytes`, `${rebuilt.length} bytes`));
  }
  const windows = ranges.map((range) => windowOf(published, rebuilt, range, windowBytes));
  parts.push({ format: 'binary', kind: 'bytes', place: '', windows });
  const shifted = published.length !== rebuilt.length;
  const texts = shifted ? movedTexts(published, rebuilt, ranges, context) : [];
  addAll(parts, texts.length > 0 ? texts : textParts(published, rebuilt, ranges));
  if (!complete) {
    const after = ranges.at(-1)!.publishedEnd;
    parts.push(unreadPart('binary', `after byte ${after}`, 'further ranges differ and are not shown'));
  }
  return parts;
}

function windowOf(
  published: Uint8Array,
  rebuilt: Uint8Array,
  range: DifferingRange,
  bytes: number,
): ByteWindow {
  const { publishedStart, publishedEnd, rebuiltStart, rebuiltEnd } = range;
  return {
    publishedOffset: publishedStart,
    rebuiltOffset: rebuiltStart,
    published: Buffer.from(published.subarray(publishedStart, publishedStart + bytes)).toString('hex'),
    rebuilt: Buffer.from(rebuilt.subarray(rebuiltStart, rebuiltStart + bytes)).toString('hex'),
    length: Math.max(publishedEnd - publishedStart, rebuiltEnd - rebuiltStart),
  };
}

/** The ranges that differ, in order, up to a number of them. */
export function differingRanges(
  published: Uint8Array,
  rebuilt: Uint8Array,
  most: number,
  { work }: Pick<CompareContext, 'work'>,
): { readonly ranges: readonly DifferingRange[]; readonly complete: boolean } {
  const ranges: DifferingRange[] = [];
  const suffix = commonSuffix(published, rebuilt);
  const left = published.subarray(0, published.length - suffix);
  const right = rebuilt.subarray(0, rebuilt.length - suffix);
  let i = commonPrefix(left, right, 0, 0);
  let j = i;
  while (i < left.length || j < right.length) {
    if (ranges.length === most) return { ranges, complete: false };
    // Where the search became too expensive, the rest is one range.
    const affordable = work.stepsLeft > resyncSteps;
    const next = affordable ? resync(left, right, i, j) : undefined;
    if (affordable) work.spend(resyncSteps);
    const [publishedEnd, rebuiltEnd] = next ?? [left.length, right.length];
    ranges.push({ publishedStart: i, publishedEnd, rebuiltStart: j, rebuiltEnd });
    const run = commonPrefix(left, right, publishedEnd, rebuiltEnd);
    i = publishedEnd + run;
    j = rebuiltEnd + run;
  }
  return { ranges, complete: true };
}

const blockBytes = 4096;

/** The number of bytes that agree from two places on. */
function commonPrefix(left: Uint8Array, right: Uint8Array, i: number, j: number): number {
  const most = Math.min(left.length - i, right.length - j);
  let at = 0;
  while (at + blockBytes <= most) {
    const block = left.subarray(i + at, i + at + blockBytes);
    if (Buffer.compare(block, right.subarray(j + at, j + at + blockBytes)) !== 0) break;
    at += blockBytes;
  }
  while (at < most && left[i + at] === right[j + at]) at += 1;
  return at;
}

/** The number of bytes that agree at the ends, without the common start. */
function commonSuffix(left: Uint8Array, right: Uint8Array): number {
  const start = commonPrefix(left, right, 0, 0);
  const most = Math.min(left.length, right.length) - start;
  let at = 0;
  while (at + blockBytes <= most) {
    const a = left.subarray(left.length - at - blockBytes, left.length - at);
    const b = right.subarray(right.length - at - blockBytes, right.length - at);
    if (Buffer.compare(a, b) !== 0) break;
    at += blockBytes;
  }
  while (at < most && left[left.length - 1 - at] === right[right.length - 1 - at]) at += 1;
  return at;
}

/** Bytes that must agree in place before a range is considered to have ended. */
const agreement = 8;
/** How far ahead bytes are looked for in place where the lengths differ. */
const nearBytes = 256;
/** The length of a probe, whose bytes must agree at a different place; the number of probes, and how far each is searched for. */
const probeBytes = 24;
const probes = 32;
const searchBytes = 256 * 1024;
const resyncSteps = 20_000;

/** The places from which the two agree again. */
function resync(left: Uint8Array, right: Uint8Array, i: number, j: number): [number, number] | undefined {
  const sameLength = left.length - i === right.length - j;
  const inPlace = resyncInPlace(left, right, i, j, sameLength ? Number.POSITIVE_INFINITY : nearBytes);
  if (inPlace !== undefined) return inPlace;
  const forward = resyncShifted(left, right, i, j);
  const backward = resyncShifted(right, left, j, i);
  if (backward === undefined) return forward;
  const turned: [number, number] = [backward[1], backward[0]];
  if (forward === undefined) return turned;
  return forward[0] - i + forward[1] - j <= turned[0] - i + turned[1] - j ? forward : turned;
}

function resyncInPlace(
  left: Uint8Array,
  right: Uint8Array,
  i: number,
  j: number,
  most: number,
): [number, number] | undefined {
  const end = Math.min(left.length - i, right.length - j, most);
  let run = 0;
  for (let at = 0; at < end; at += 1) {
    run = left[i + at] === right[j + at] ? run + 1 : 0;
    if (run === agreement) return [i + at + 1 - run, j + at + 1 - run];
  }
  return undefined;
}

/** Looks for probes of one side on the other. */
function resyncShifted(
  left: Uint8Array,
  right: Uint8Array,
  i: number,
  j: number,
): [number, number] | undefined {
  const searched = Buffer.from(right.buffer, right.byteOffset + j, Math.min(right.length - j, searchBytes));
  for (let probe = 0; probe < probes; probe += 1) {
    const from = i + probe * probeBytes;
    const needle = left.subarray(from, from + probeBytes);
    if (needle.length < probeBytes) return undefined;
    if (needle.every((byte) => byte === needle[0])) continue;
    const found = searched.indexOf(needle);
    if (found < 0) continue;
    let [a, b] = [from, j + found];
    while (a > i && b > j && left[a - 1] === right[b - 1]) {
      a -= 1;
      b -= 1;
    }
    return [a, b];
  }
  return undefined;
}

const shortestText = 6;
const longestText = 160;

/** The printable texts around ranges, which show paths, dates and versions. */
function textParts(published: Uint8Array, rebuilt: Uint8Array, ranges: readonly DifferingRange[]): Part[] {
  const parts = new Map<string, Part>();
  for (const { publishedStart, publishedEnd, rebuiltStart, rebuiltEnd } of ranges) {
    const left = textAround(published, publishedStart, publishedEnd);
    const right = textAround(rebuilt, rebuiltStart, rebuiltEnd);
    if (left.text === right.text || Math.max(left.text.length, right.text.length) < shortestText) continue;
    const place = `text at byte ${left.start}`;
    if (parts.has(place)) continue;
    const part = valuePart('binary', place, left.text, right.text);
    parts.set(place, { ...part, meaning: { kind: 'text-at', offset: left.start } });
  }
  return [...parts.values()];
}

/** The most edits of texts, and what aligning them costs at most. */
const mostTextEdits = 200;
const alignmentSteps = 200_000;
/** The most texts of one side that are aligned. */
const mostTexts = 20_000;

/** The printable texts that only one side has, paired in order: where bytes were inserted, a text is found at a different place than its counterpart. */
function movedTexts(
  published: Uint8Array,
  rebuilt: Uint8Array,
  ranges: readonly DifferingRange[],
  { limits, work }: CompareContext,
): Part[] {
  const [first, last] = [ranges[0]!, ranges.at(-1)!];
  const [left, right] = [
    textsIn(published, first.publishedStart, last.publishedEnd),
    textsIn(rebuilt, first.rebuiltStart, last.rebuiltEnd),
  ];
  // Texts are a second look, so they get what is left after the ranges, and are left out where that is not enough.
  const affordable = work.stepsLeft > alignmentSteps + left.length + right.length;
  if (left.length > mostTexts || right.length > mostTexts || !affordable) return [];
  work.spend(alignmentSteps);
  const runs = alignLists(
    left.map(({ text }) => text),
    right.map(({ text }) => text),
    Math.min(limits.edits, mostTextEdits),
    { spend: () => undefined },
  );
  return runs.flatMap((run) => {
    const [a, b] = [
      left.slice(run.publishedStart, run.publishedEnd),
      right.slice(run.rebuiltStart, run.rebuiltEnd),
    ];
    if (a.length !== b.length) return [];
    return a.map(({ text, start }, at) => ({
      ...valuePart('binary', `text at byte ${start}`, text, b[at]!.text),
      meaning: { kind: 'text-at', offset: start } as const,
    }));
  });
}

/** The texts of a part of the bytes, from the beginning of one that reaches into it. */
function textsIn(bytes: Uint8Array, start: number, end: number): { start: number; text: string }[] {
  let from = start;
  while (from > 0 && start - from < longestText && isPrintable(bytes[from - 1])) from -= 1;
  const until = Math.min(bytes.length, end + longestText);
  const view = Buffer.from(bytes.buffer, bytes.byteOffset + from, until - from).toString('latin1');
  return [...view.matchAll(/[\x20-\x7e]{6,}/g)]
    .slice(0, mostTexts + 1)
    .map((match) => ({ start: from + match.index, text: match[0] }));
}

function textAround(bytes: Uint8Array, start: number, end: number): { start: number; text: string } {
  let from = start;
  while (from > 0 && start - from < longestText && isPrintable(bytes[from - 1])) from -= 1;
  let until = start;
  while (until < bytes.length && until - end < longestText && until - start < 4 * longestText) {
    if (!isPrintable(bytes[until])) break;
    until += 1;
  }
  return { start: from, text: decodeBytes(bytes.subarray(from, until)) };
}

function isPrintable(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x20 && byte < 0x7f;
}
