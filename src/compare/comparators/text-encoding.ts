/** Bytes as text: the encoding, the line ends, and the lines in which two texts differ. */
import { isUtf8 } from 'node:buffer';
import { decodeBytes } from '../../bytes.ts';
import { Failure } from '../../failure.ts';
import { hasBytesAt } from './comparator.ts';

export interface TextBytes {
  readonly encoding: 'utf-8' | 'utf-8 with a byte order mark' | 'utf-16le' | 'utf-16be' | '8 bits';
  readonly lineEnds: 'LF' | 'CR LF' | 'mixed';
  readonly lastNewline: 'there' | 'missing';
  /** The text without the mark; converted to UTF-8 from other known encodings. */
  readonly bytes: Uint8Array;
}

const largestShare = 0.05;
const [newline, carriageReturn] = [0x0a, 0x0d];

/** The text in bytes; undefined where they are not text. */
export function readText(bytes: Uint8Array): TextBytes | undefined {
  const known = decode(bytes);
  if (known === undefined) return undefined;
  const { content, encoding } = known;
  return {
    encoding,
    bytes: content,
    lineEnds: lineEndsOf(content),
    lastNewline: content.at(-1) === newline ? 'there' : 'missing',
  };
}

function decode(
  bytes: Uint8Array,
): { readonly content: Uint8Array; readonly encoding: TextBytes['encoding'] } | undefined {
  const even = bytes.length % 2 === 0;
  if (even && hasBytesAt(bytes, [0xff, 0xfe])) {
    return { content: fromUtf16(Buffer.from(bytes.subarray(2))), encoding: 'utf-16le' };
  }
  if (even && hasBytesAt(bytes, [0xfe, 0xff])) {
    return { content: fromUtf16(Buffer.from(bytes.subarray(2)).swap16()), encoding: 'utf-16be' };
  }
  if (bytes.includes(0) || controlShare(bytes) > largestShare) return undefined;
  const marked = hasBytesAt(bytes, [0xef, 0xbb, 0xbf]);
  if (isUtf8(bytes)) {
    return marked
      ? { content: bytes.subarray(3), encoding: 'utf-8 with a byte order mark' }
      : { content: bytes, encoding: 'utf-8' };
  }
  // Text of an older encoding is ASCII for the most part.
  if (controlShare(bytes) > 0.005 || asciiShare(bytes) < 0.7) return undefined;
  return { content: bytes, encoding: '8 bits' };
}

function fromUtf16(bytes: Buffer): Uint8Array {
  return Buffer.from(bytes.toString('utf16le'), 'utf8');
}

const sampleBytes = 65_536;

/** The share of control characters that texts do not have, in a sample. */
function controlShare(bytes: Uint8Array): number {
  return shareOf(bytes, (byte) => byte < 7 || (byte > 13 && byte < 32 && byte !== 27) || byte === 127);
}

function asciiShare(bytes: Uint8Array): number {
  return shareOf(bytes, (byte) => byte < 0x80);
}

function shareOf(bytes: Uint8Array, counts: (byte: number) => boolean): number {
  const sample = bytes.subarray(0, sampleBytes);
  let count = 0;
  for (const byte of sample) if (counts(byte)) count += 1;
  return count / Math.max(1, sample.length);
}

function lineEndsOf(bytes: Uint8Array): TextBytes['lineEnds'] {
  let [plain, returned] = [0, 0];
  for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) {
    if (at > 0 && bytes[at - 1] === carriageReturn) returned += 1;
    else plain += 1;
  }
  if (returned === 0) return 'LF';
  return plain === 0 ? 'CR LF' : 'mixed';
}

export interface DifferingLines {
  readonly published: readonly string[];
  readonly rebuilt: readonly string[];
  /** The number of lines before these, which both begin with. */
  readonly before: number;
  /** Whether more lines follow that differ, or may. */
  readonly cut: boolean;
}

/** The most bytes that are turned into strings; a line of text needs some ten times its bytes while it is aligned. */
const mostBytes = 16 * 1024 * 1024;
/** The bytes of each side that are looked at where both together have more. */
const cutBytes = 4 * 1024 * 1024;

/**
 * The lines in which two texts differ, with a number of lines around them; only the first of them where they are too long to be aligned. Fails with
 * `limit-exceeded` where one line is.
 */
export function differingLines(published: TextBytes, rebuilt: TextBytes, context: number): DifferingLines {
  const [left, right] = [published.bytes, rebuilt.bytes];
  const start = lineStart(left, commonStart(left, right), context);
  const end = lineEnd(left, commonEnd(left.subarray(start), right.subarray(start)), context);
  const middle = [
    left.subarray(start, left.length - end),
    right.subarray(start, right.length - end),
  ] as const;
  const cut = middle[0].length + middle[1].length > mostBytes;
  const [a, b] = cut ? middle.map(wholeLines) : middle;
  return {
    published: linesOf(a!, published),
    rebuilt: linesOf(b!, rebuilt),
    before: countNewlines(left.subarray(0, start)),
    cut,
  };
}

/** The first whole lines. */
function wholeLines(bytes: Uint8Array): Uint8Array {
  if (bytes.length <= cutBytes) return bytes;
  const end = bytes.lastIndexOf(newline, cutBytes);
  if (end < 0) throw new Failure('limit-exceeded', 'the lines that differ are too long to be aligned');
  return bytes.subarray(0, end + 1);
}

function commonStart(left: Uint8Array, right: Uint8Array): number {
  const most = Math.min(left.length, right.length);
  let at = 0;
  while (at < most && left[at] === right[at]) at += 1;
  return at;
}

function commonEnd(left: Uint8Array, right: Uint8Array): number {
  const most = Math.min(left.length, right.length);
  let count = 0;
  while (count < most && left[left.length - 1 - count] === right[right.length - 1 - count]) count += 1;
  return count;
}

/** The start of the line that is this many lines before the line of an offset. */
function lineStart(bytes: Uint8Array, offset: number, before: number): number {
  let at = offset;
  for (let lines = 0; lines <= before; lines += 1) {
    const newlineBefore = at === 0 ? -1 : bytes.lastIndexOf(newline, at - 1);
    if (newlineBefore < 0) return 0;
    at = newlineBefore;
  }
  return at + 1;
}

/** The number of bytes of a common end that follow a number of whole lines at its start. */
function lineEnd(bytes: Uint8Array, common: number, after: number): number {
  let at = bytes.length - common;
  for (let lines = 0; lines <= after; lines += 1) {
    const next = bytes.indexOf(newline, at);
    if (next < 0) return 0;
    at = next + 1;
  }
  return bytes.length - at;
}

function countNewlines(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) count += 1;
  return count;
}

/** The lines of bytes, without their ends. */
function linesOf(bytes: Uint8Array, { encoding, lineEnds }: TextBytes): string[] {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const content = view.toString(encoding === '8 bits' ? 'latin1' : 'utf8');
  const lines = (content.endsWith('\n') ? content.slice(0, -1) : content).split('\n');
  return lines.map((line) => {
    const plain = lineEnds === 'CR LF' && line.endsWith('\r') ? line.slice(0, -1) : line;
    const escaped = encoding === '8 bits' && /[\x80-\xff]/.test(plain);
    return escaped ? decodeBytes(Buffer.from(plain, 'latin1')) : plain;
  });
}
