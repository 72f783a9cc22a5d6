/** Text line by line, and word by word inside lines; the encoding, the line ends and the last newline are values. */
import { decodeBytes } from '../../bytes.ts';
import type { FormatName, HunkLine, LineHunk, Part } from '../part.ts';
import { alignLists, alignWords, type Piece, type Run } from './alignment.ts';
import type { CompareContext, Comparator } from './comparator.ts';
import { hasBytesAt } from './comparator.ts';
import { unreadPart, valuePart, valueParts } from './parts.ts';

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
  const start = decodeText(bytes.subarray(0, 512))?.content.trimStart() ?? '';
  return /^<(\?xml|!DOCTYPE|!--|[A-Za-z])/.test(start);
}

export interface DecodedText {
  readonly content: string;
  readonly encoding: 'utf-8' | 'utf-8 with a byte order mark' | 'utf-16le' | 'utf-16be' | '8 bits';
}

const largestShare = 0.05;

/** The text of bytes; undefined for what is none. Bytes that are not UTF-8 stay recognisable (src/bytes.ts). */
export function decodeText(bytes: Uint8Array): DecodedText | undefined {
  if (bytes.length % 2 === 0 && hasBytesAt(bytes, [0xff, 0xfe])) {
    return { content: Buffer.from(bytes.subarray(2)).toString('utf16le'), encoding: 'utf-16le' };
  }
  if (bytes.length % 2 === 0 && hasBytesAt(bytes, [0xfe, 0xff])) {
    return { content: Buffer.from(bytes.subarray(2)).swap16().toString('utf16le'), encoding: 'utf-16be' };
  }
  if (bytes.includes(0) || controlShare(bytes) > largestShare) return undefined;
  const marked = hasBytesAt(bytes, [0xef, 0xbb, 0xbf]);
  const plain = marked ? bytes.subarray(3) : bytes;
  try {
    const content = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(plain);
    return { content, encoding: marked ? 'utf-8 with a byte order mark' : 'utf-8' };
  } catch {
    if (controlShare(bytes) > 0.005) return undefined;
    return { content: Buffer.from(bytes).toString('latin1'), encoding: '8 bits' };
  }
}

/** The share of control characters that no text has, in a sample. */
function controlShare(bytes: Uint8Array): number {
  const sample = bytes.subarray(0, 65_536);
  let controls = 0;
  for (const byte of sample) if (byte < 7 || (byte > 13 && byte < 32 && byte !== 27) || byte === 127) controls += 1;
  return sample.length === 0 ? 0 : controls / sample.length;
}

/** Compares two contents as text; undefined where one of them is none. */
export function compareText(
  format: FormatName,
  published: Uint8Array,
  rebuilt: Uint8Array,
  context: CompareContext,
): Part[] | undefined {
  const left = decodeText(published);
  const right = decodeText(rebuilt);
  if (left === undefined || right === undefined) return undefined;
  const parts: Part[] = [];
  if (left.encoding !== right.encoding) {
    parts.push(valuePart(format, 'encoding', left.encoding, right.encoding));
  }
  const lines = [splitLines(format, left), splitLines(format, right)] as const;
  for (const name of ['line ends', 'last newline'] as const) {
    if (lines[0][name] !== lines[1][name]) {
      parts.push(valuePart(format, name, lines[0][name], lines[1][name]));
    }
  }
  parts.push(...manualParts(left.content, right.content));
  parts.push(...compareLines(format, lines[0].lines, lines[1].lines, context));
  return parts;
}

/** Compares two texts that are in hand as text. */
export function compareStrings(
  format: FormatName,
  published: string,
  rebuilt: string,
  context: CompareContext,
): Part[] {
  return compareLines(format, published.split('\n'), rebuilt.split('\n'), context);
}

interface Lines {
  readonly lines: readonly string[];
  readonly 'line ends': string;
  readonly 'last newline': string;
}

const longestXmlLine = 2000;

function splitLines(format: FormatName, { content, encoding }: DecodedText): Lines {
  const endsWithNewline = content.endsWith('\n');
  const lines = (endsWithNewline ? content.slice(0, -1) : content).split('\n');
  const returns = lines.reduce((sum, line) => sum + (line.endsWith('\r') ? 1 : 0), 0);
  const allReturns = returns > 0 && returns >= lines.length - 1;
  const shown = (line: string) => {
    const plain = allReturns && line.endsWith('\r') ? line.slice(0, -1) : line;
    return encoding === '8 bits' ? decodeBytes(Buffer.from(plain, 'latin1')) : plain;
  };
  const split = lines.map(shown);
  return {
    lines:
      format === 'xml' && split.some((line) => line.length > longestXmlLine) ? splitElements(split) : split,
    'line ends': allReturns ? 'CR LF' : returns > 0 ? 'mixed' : 'LF',
    'last newline': endsWithNewline ? 'there' : 'missing',
  };
}

function splitElements(lines: readonly string[]): string[] {
  return lines.flatMap((line) => line.split(/(?<=>)(?=<)/));
}

const titleFields = ['title', 'section', 'date', 'source', 'manual'];

/** The title line of a manual page: `.TH title section date source manual` (man(7)), or `.Dd date` (mdoc(7)). */
function manualParts(published: string, rebuilt: string): Part[] {
  const left = manualTitle(published);
  const right = manualTitle(rebuilt);
  return left === undefined || right === undefined ? [] : valueParts('text', left, right);
}

function manualTitle(content: string): Map<string, string> | undefined {
  const match = /^\.(TH|Dd)[ \t]+(.*)$/m.exec(content.slice(0, 8192));
  if (match === null) return undefined;
  if (match[1] === 'Dd') return new Map([['.Dd date', match[2]!]]);
  const values = [...match[2]!.matchAll(/"((?:[^"]|"")*)"|(\S+)/g)].map((each) => each[1] ?? each[2] ?? '');
  return new Map(values.slice(0, titleFields.length).map((value, at) => [`.TH ${titleFields[at]}`, value]));
}

const contextLines = 3;

function compareLines(
  format: FormatName,
  published: readonly string[],
  rebuilt: readonly string[],
  context: CompareContext,
): Part[] {
  const { limits, work } = context;
  const runs = alignLists(published, rebuilt, limits.edits, work);
  if (runs.length === 0) return [];
  const groups = grouped(runs);
  const hunks = groups.slice(0, limits.hunks).map((group) => hunkOf(published, rebuilt, group, context));
  const parts: Part[] = [{ format, kind: 'text', place: '', lines: hunks.map(({ hunk }) => hunk) }];
  const cutLines = hunks.reduce((sum, { cut }) => sum + cut, 0);
  const cutHunks = groups.length - hunks.length;
  if (cutLines > 0) parts.push(unreadPart(format, 'long hunks', `${cutLines} more lines not listed`));
  if (cutHunks > 0) parts.push(unreadPart(format, 'further hunks', `${cutHunks} more places that differ not listed`));
  return parts;
}

/** Runs whose contexts would touch are one hunk. */
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
    lines.push(...changedLines(published, rebuilt, run, context));
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

/** Lines of a run beyond the number of lines of a hunk are not even put together. */
function hiddenLines(run: Run, { limits }: CompareContext): number {
  const most = limits.hunkLines;
  const over = (lines: number) => Math.max(0, lines - most);
  return over(run.publishedEnd - run.publishedStart) + over(run.rebuiltEnd - run.rebuiltStart);
}

/** Published and rebuilt line in turn where there are as many of both, else first all of the one side. */
function changedLines(
  published: readonly string[],
  rebuilt: readonly string[],
  run: Run,
  { limits, work }: CompareContext,
): HunkLine[] {
  const left = published.slice(run.publishedStart, Math.min(run.publishedEnd, run.publishedStart + limits.hunkLines));
  const right = rebuilt.slice(run.rebuiltStart, Math.min(run.rebuiltEnd, run.rebuiltStart + limits.hunkLines));
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

/** Long pieces lose their middle, or, where they surround a change, the side away from it. */
function clipped(pieces: readonly Piece[]): Piece[] {
  return pieces.map(({ text: piece, changed }, at) => {
    const most = changed || pieces.length === 1 ? shownChanged : 2 * shownUnchanged;
    if (piece.length <= most) return { text: piece, changed };
    const start = at === 0 && !changed && pieces.length > 1 ? 0 : Math.floor(most / 2);
    const end = at === pieces.length - 1 && !changed && pieces.length > 1 ? 0 : Math.floor(most / 2);
    return { text: `${piece.slice(0, start)}…${end === 0 ? '' : piece.slice(-end)}`, changed };
  });
}
