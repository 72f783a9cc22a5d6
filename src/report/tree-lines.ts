/** The tree of differences as lines: what differs, why, and what differs inside. */

import type { ByteWindow, LineHunk } from '../compare/part.ts';
import { moreInJson } from './bounds.ts';
import {
  type CauseView,
  type DifferenceView,
  type PartsView,
  type PartView,
  rowBytes,
} from './differences-view.ts';

/** A line of the tree; `side` is set for what only one side has. */
export interface TreeLine {
  readonly text: string;
  readonly side?: 'published' | 'rebuilt' | 'both';
  /** The depth, from 0 for the difference itself. */
  readonly depth: number;
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

const signs = { both: ' ', published: '-', rebuilt: '+' } as const;

function hunkLines({ publishedStart, rebuiltStart, lines }: LineHunk, depth: number): TreeLine[] {
  return [
    { text: `@@ -${publishedStart} +${rebuiltStart} @@`, depth },
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
