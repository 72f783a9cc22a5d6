/** Text line by line, and word by word inside lines; the encoding, the line ends and the last newline are values. */

import { decodeBytes } from '../../bytes.ts';
import { addAll } from '../../lists.ts';
import type { FormatName, HunkLine, LineHunk, Part } from '../part.ts';
import { alignLists, alignWords, type Piece, type Run } from './alignment.ts';
import type { Comparator, CompareContext } from './comparator.ts';
import { hasBytesAt } from './comparator.ts';
import { compareTokens, hasLongLines } from './minified.ts';
import { unreadPart, valuePart, valueParts } from './parts.ts';
import { differingLines, readText } from './text-encoding.ts';

export const text: Comparator = {
  format: 'text',
  matches: () => true,
  compare: (published, rebuilt, context) => compareText('text', published, rebuilt, context),
};

/** XML is compared as text; a document without lines gets one for each element. */
export const xml: Comparator = {
  format: 'xml',
  matches: (published, rebuilt) => looksLikeXml(published) && looksLikeXml(rebuilt),
  compare: (published, rebuilt, context) => compareText('xml', published, rebuilt, context),
};

function looksLikeXml(bytes: Uint8Array): boolean {
  const start = bytes.subarray(hasBytesAt(bytes, [0xef, 0xbb, 0xbf]) ? 3 : 0, 512);
  return /^\s*<(\?xml|!DOCTYPE|!--|[A-Za-z])/.test(Buffer.from(start).toString('latin1'));
}

/** Compares two contents as text; undefined where one of them is not text. */
export function compareText(
  format: FormatName,
  published: Uint8Array,
  rebuilt: Uint8Array,
  context: CompareContext,
): Part[] | undefined {
  const left = readText(published);
  const right = left === undefined ? undefined : readText(rebuilt);
  if (left === undefined || right === undefined) return undefined;
  const tokens = format === 'text' && hasLongLines(published) && hasLongLines(rebuilt);
  const parts: Part[] = [];
  const compare = (place: string, a: string, b: string) => {
    if (a !== b) parts.push(valuePart(format, place, a, b));
  };
  compare('encoding', left.encoding, right.encoding);
  compare('line ends', left.lineEnds, right.lineEnds);
  compare('last newline', left.lastNewline, right.lastNewline);
  addAll(parts, manualParts(left.bytes, right.bytes));
  const inLines = tokens ? compareTokens(format, left.bytes, right.bytes, context) : undefined;
  if (inLines !== undefined && inLines.length > 0) return [...parts, ...inLines];
  const lines = differingLines(left, right, contextLines);
  if (lines.cut) parts.push(unreadPart(format, 'further lines', 'too much differs to align all of it'));
  const split = (each: readonly string[]) => (format === 'xml' ? splitElements(each) : each);
  addAll(parts, compareLines(format, split(lines.published), split(lines.rebuilt), context, lines.before));
  return parts;
}

/** Compares two texts that have been decoded already. */
export function compareStrings(
  format: FormatName,
  published: string,
  rebuilt: string,
  context: CompareContext,
): Part[] {
  return compareLines(format, published.split('\n'), rebuilt.split('\n'), context);
}

const contextLines = 3;
const longestXmlLine = 2000;

function splitElements(lines: readonly string[]): readonly string[] {
  if (lines.every((line) => line.length <= longestXmlLine)) return lines;
  return lines.flatMap((line) => line.split(/(?<=>)(?=<)/));
}

const titleFields = ['title', 'section', 'date', 'source', 'manual'];

/** The title line of a manual page: `.TH title section date source manual` (man(7)), or `.Dd date` (mdoc(7)). */
function manualParts(published: Uint8Array, rebuilt: Uint8Array): Part[] {
  const left = manualTitle(published);
  const right = manualTitle(rebuilt);
  return left === undefined || right === undefined ? [] : valueParts('text', left, right);
}

function manualTitle(bytes: Uint8Array): Map<string, string> | undefined {
  const match = /^\.(TH|Dd)[ \t]+(.*)/m.exec(decodeBytes(bytes.subarray(0, 8192)));
  if (match === null) return undefined;
  if (match[1] === 'Dd') return new Map([['.Dd date', match[2]!]]);
  const values = [...match[2]!.matchAll(/"([^"]*(?:""[^"]*)*)"?|([^\s"]\S*)/g)].map(
    (each) => each[1] ?? each[2] ?? '',
  );
  return new Map(values.slice(0, titleFields.length).map((value, at) => [`.TH ${titleFields[at]}`, value]));
}

function compareLines(
  format: FormatName,
  published: readonly string[],
  rebuilt: readonly string[],
  context: CompareContext,
  before = 0,
): Part[] {
  const { limits, work } = context;
  const runs = alignLists(published, rebuilt, limits.edits, work);
  if (runs.length === 0) return [];
  const groups = grouped(runs);
  const hunks = groups.slice(0, limits.hunks).map((group) => hunkOf(published, rebuilt, group, context));
  const parts: Part[] = [
    { format, kind: 'text', place: '', lines: hunks.map(({ hunk }) => numberedFrom(hunk, before)) },
  ];
  const cutLines = hunks.reduce((sum, { cut }) => sum + cut, 0);
  const cutHunks = groups.length - hunks.length;
  if (cutLines > 0) parts.push(unreadPart(format, 'long hunks', `${cutLines} more lines not listed`));
  if (cutHunks > 0)
    parts.push(unreadPart(format, 'further hunks', `${cutHunks} more places that differ not listed`));
  return parts;
}

function numberedFrom(hunk: LineHunk, before: number): LineHunk {
  return {
    ...hunk,
    publishedStart: hunk.publishedStart + before,
    rebuiltStart: hunk.rebuiltStart + before,
  };
}

/** Runs grouped into hunks: those whose contexts would touch are one hunk. */
function grouped(runs: readonly Run[]): Run[][] {
  const groups: Run[][] = [];
  for (const run of runs) {
    const before = groups.at(-1)?.at(-1);
    if (before !== undefined && run.publishedStart - before.publishedEnd <= 2 * contextLines) {
      groups.at(-1)!.push(run);
    } else groups.push([run]);
  }
  return groups;
}

function hunkOf(
  published: readonly string[],
  rebuilt: readonly string[],
  runs: readonly Run[],
  context: CompareContext,
): { readonly hunk: LineHunk; readonly cut: number } {
  const first = runs[0]!;
  const lead = Math.min(contextLines, first.publishedStart, first.rebuiltStart);
  const from = first.publishedStart - lead;
  const lines: HunkLine[] = [];
  const same = (line: string | undefined) =>
    line !== undefined && lines.push({ side: 'both', pieces: clipped([{ text: line, changed: false }]) });
  let at = from;
  for (const run of runs) {
    while (at < run.publishedStart) same(published[at++]);
    addAll(lines, changedLines(published, rebuilt, run, context));
    at = run.publishedEnd;
  }
  for (let after = 0; after < contextLines; after += 1) same(published[at++]);
  const { hunkLines } = context.limits;
  const hidden = runs.reduce((sum, run) => sum + hiddenLines(run, context), 0);
  return {
    hunk: {
      publishedStart: from + 1,
      rebuiltStart: first.rebuiltStart - lead + 1,
      lines: lines.slice(0, hunkLines),
    },
    cut: hidden + Math.max(0, lines.length - hunkLines),
  };
}

/** The number of lines of a run beyond the lines of a hunk; these are not built at all. */
function hiddenLines(run: Run, { limits }: CompareContext): number {
  const most = limits.hunkLines;
  const over = (lines: number) => Math.max(0, lines - most);
  return over(run.publishedEnd - run.publishedStart) + over(run.rebuiltEnd - run.rebuiltStart);
}

/** The changed lines: published and rebuilt in turn where there are as many of both, else first all of one side. */
function changedLines(
  published: readonly string[],
  rebuilt: readonly string[],
  run: Run,
  { limits, work }: CompareContext,
): HunkLine[] {
  const left = published.slice(
    run.publishedStart,
    Math.min(run.publishedEnd, run.publishedStart + limits.hunkLines),
  );
  const right = rebuilt.slice(
    run.rebuiltStart,
    Math.min(run.rebuiltEnd, run.rebuiltStart + limits.hunkLines),
  );
  const whole = (text: string): Piece[] => (text === '' ? [] : [{ text, changed: true }]);
  const pairs = left.map((line, at): [Piece[], Piece[] | undefined] => {
    const other = right[at];
    return other === undefined ? [whole(line), undefined] : alignWords(line, other, work);
  });
  const leftLines = pairs.map(([pieces]): HunkLine => ({ side: 'published', pieces: clipped(pieces) }));
  const rightLines = right.map(
    (line, at): HunkLine => ({ side: 'rebuilt', pieces: clipped(pairs[at]?.[1] ?? whole(line)) }),
  );
  if (left.length !== right.length) return [...leftLines, ...rightLines];
  return leftLines.flatMap((line, at) => [line, rightLines[at]!]);
}

const shownUnchanged = 120;
const shownChanged = 400;

/** Pieces shortened: long ones lose their middle, or, beside a change, the side away from it. */
function clipped(pieces: readonly Piece[]): Piece[] {
  return pieces.map(({ text: piece, changed }, at) => {
    const most = changed || pieces.length === 1 ? shownChanged : 2 * shownUnchanged;
    if (piece.length <= most) return { text: piece, changed };
    const start = at === 0 && !changed && pieces.length > 1 ? 0 : Math.floor(most / 2);
    const end = at === pieces.length - 1 && !changed && pieces.length > 1 ? 0 : Math.floor(most / 2);
    return { text: `${piece.slice(0, start)}…${end === 0 ? '' : piece.slice(-end)}`, changed };
  });
}
