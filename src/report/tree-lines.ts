/** The tree of differences as lines: what differs, why, and what differs inside. */

import type { ByteWindow, LineHunk } from '../compare/part.ts';
import { moreInJson } from './bounds.ts';
import type { CauseView, ConsequenceView, DifferenceView, GroupView } from './differences-view.ts';
import { type PartsView, type PartView, rowBytes } from './parts-view.ts';

/** A line of the tree; `side` is set for what only one side has. */
export interface TreeLine {
  readonly text: string;
  readonly side?: 'published' | 'rebuilt' | 'both';
  /** The depth, from 0 for the difference itself. */
  readonly depth: number;
}

/** Differences of one shape: their number and where they lie, then one of them. */
export function groupLines(group: GroupView): TreeLine[] {
  const example = differenceLines(group.example);
  if (group.count === 1) return example;
  return [
    { text: groupText(group), depth: 0 },
    { text: `in ${foldersText(group)}`, depth: 1 },
    ...example.map(({ text, ...line }, at) => ({
      ...line,
      text: at === 0 ? `for example ${text}` : text,
      depth: line.depth + 1,
    })),
  ];
}

/** The number of differences of a group and what they have in common. */
export function groupText({ count, causes, place, sameValues, example }: GroupView): string {
  const { published, rebuilt } = example;
  const what = `${count} ${example.kind === 'content' ? 'files' : 'entries'} of ${example.section}`;
  const named = causes.map(({ title }) => title).join(', ');
  const sides = sameValues ? sidesText(published, rebuilt) : '';
  return [what, example.title, sides, [place ?? '', named].filter((text) => text !== '').join(', ')]
    .filter((text) => text !== '')
    .join(': ');
}

/** The folders of a group, each with its number of differences. */
export function foldersText({ folders }: GroupView): string {
  return folders.map(({ path, count }) => `${path === '' ? 'the root' : path} (${count})`).join(', ');
}

/** What follows from other differences, in one line. */
export function consequenceText({ origin, what, cut }: ConsequenceView): string {
  const more = cut === 0 ? '' : `, and ${cut} more`;
  return `from ${origin}: ${what.join(', ')}${more}`;
}

export function differenceLines(difference: DifferenceView): TreeLine[] {
  return [
    { text: differenceText(difference), depth: 0 },
    ...difference.causes.map((cause) => ({ text: causeText(cause), depth: 1 })),
    ...partsLines(difference.parts, 1),
  ];
}

/** The place, the kind and the two sides of a difference. */
export function differenceText({ section, path, title, published, rebuilt }: DifferenceView): string {
  const place = path === '' ? section : `${section} ${path}`;
  return [`${place}: ${title}`, sidesText(published, rebuilt)].filter((text) => text !== '').join(': ');
}

/** `published → rebuilt`; empty where neither is known. */
export function sidesText(published: string | undefined, rebuilt: string | undefined): string {
  if (published === undefined && rebuilt === undefined) return '';
  return [published, rebuilt].map((side) => side ?? '(none)').join(' → ');
}

/** A cause with its confidence, the reason and the evidence. */
export function causeText({ title, confidence, why, place, published, rebuilt }: CauseView): string {
  const evidence = [place, sidesText(published, rebuilt)].filter((text) => text !== '').join(': ');
  return `cause: ${title} (${confidence}): ${why}${evidence === '' ? '' : ` [${evidence}]`}`;
}

function partsLines({ shown, cut }: PartsView, depth: number): TreeLine[] {
  const lines = shown.flatMap((part) => partLines(part, depth));
  return cut === 0 ? lines : [...lines, { text: `… and ${cut} more inside; ${moreInJson}`, depth }];
}

function partLines(part: PartView, depth: number): TreeLine[] {
  return [
    { text: partText(part), depth },
    ...part.hunks.flatMap((hunk) => hunkLines(hunk, depth + 1)),
    ...part.windows.flatMap((window) => windowLines(window, depth + 1)),
    ...(part.cutLines === 0
      ? []
      : [{ text: `… and ${part.cutLines} more lines; ${moreInJson}`, depth: depth + 1 }]),
    ...partsLines(part.children, depth + 1),
  ];
}

/** A part in one line; kinds that are obvious are not named. */
function partText({ kind, title, place, published, rebuilt, note }: PartView): string {
  const silent = kind === 'value' || kind === 'text' || kind === 'bytes' || kind === 'inside';
  const sides = kind === 'missing' ? published : kind === 'extra' ? rebuilt : sidesText(published, rebuilt);
  const parts = [place, silent ? '' : title, sides ?? ''].filter((text) => text !== '');
  const text = parts.length === 0 ? title : parts.join(': ');
  return note === undefined ? text : `${text} (${note})`;
}

/** Lines of one side as the head of a hunk names them: of none, the line before (POSIX diff, "Diff -u Output Format"). */
function rangeText(start: number, count: number): string {
  if (count === 1) return String(start);
  return count === 0 ? `${start - 1},0` : `${start},${count}`;
}

/** The text with shortened digests. */
export function shortDigests(text: string): string {
  return text.replace(/\b([0-9a-f]{12})[0-9a-f]{52}\b/g, '$1…');
}

const signs = { both: ' ', published: '-', rebuilt: '+' } as const;

function hunkLines({ publishedStart, rebuiltStart, lines }: LineHunk, depth: number): TreeLine[] {
  const starts = { published: publishedStart, rebuilt: rebuiltStart };
  const range = (side: 'published' | 'rebuilt') =>
    rangeText(starts[side], lines.filter((line) => line.side === 'both' || line.side === side).length);
  return [
    { text: `@@ -${range('published')} +${range('rebuilt')} @@`, depth },
    ...lines.map(({ side, pieces }) => ({
      text: `${signs[side]} ${pieces.map(({ text }) => text).join('')}`,
      side,
      depth,
    })),
  ];
}

function windowLines(
  { publishedOffset, rebuiltOffset, published, rebuilt, length }: ByteWindow,
  depth: number,
): TreeLine[] {
  const differing = length === undefined ? '' : `, ${length} bytes differ`;
  const where =
    publishedOffset === rebuiltOffset
      ? `at ${publishedOffset}`
      : `at ${publishedOffset}, rebuilt at ${rebuiltOffset}`;
  const rows = (hex: string, offset: number, side: 'published' | 'rebuilt') =>
    hexRows(hex, offset, rowBytes).map(({ address, bytes, text }) => ({
      text: `${signs[side]} ${address}  ${bytes.join(' ').padEnd(rowBytes * 3 - 1)}  ${text}`,
      side,
      depth,
    }));
  return [
    { text: `${where}${differing}`, depth },
    ...rows(published, publishedOffset, 'published'),
    ...rows(rebuilt, rebuiltOffset, 'rebuilt'),
  ];
}

export interface HexRow {
  readonly address: string;
  /** Two digits each. */
  readonly bytes: readonly string[];
  /** The same bytes as ASCII, a dot for what is not printable. */
  readonly text: string;
}

/** Hex digits as rows of a dump. */
export function hexRows(hex: string, offset: number, width: number): HexRow[] {
  const bytes = hex.match(/[0-9a-f]{2}/g) ?? [];
  return Array.from({ length: Math.ceil(bytes.length / width) }, (_, index) => {
    const own = bytes.slice(index * width, (index + 1) * width);
    return {
      address: (offset + index * width).toString(16).padStart(8, '0'),
      bytes: own,
      text: own.map(asciiOf).join(''),
    };
  });
}

function asciiOf(byte: string): string {
  const code = Number.parseInt(byte, 16);
  return code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : '.';
}
