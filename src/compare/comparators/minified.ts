/** Scripts and style sheets whose lines are so long that a line says nothing: the place of a difference is a token. */
import { decodeBytes } from '../../bytes.ts';
import type { FormatName, Part } from '../part.ts';
import { alignLists } from './alignment.ts';
import type { Comparator, CompareContext } from './comparator.ts';
import { unreadPart, valuePart } from './parts.ts';

const longLine = 2000;
const mostMiddle = 4 * 1024 * 1024;
const newline = 0x0a;

export const minified: Comparator = {
  format: 'minified',
  matches: (published, rebuilt, path) =>
    /\.(?:[cm]?js|css)$/.test(path) && hasLongLines(published) && hasLongLines(rebuilt),
  compare(published, rebuilt, context): readonly Part[] | undefined {
    if (published.includes(0) || rebuilt.includes(0)) return undefined;
    return compareTokens('minified', published, rebuilt, context);
  },
};

/** The tokens that differ, each with its line and column; undefined where so much differs that lines say it better. */
export function compareTokens(
  format: FormatName,
  published: Uint8Array,
  rebuilt: Uint8Array,
  context: CompareContext,
): readonly Part[] | undefined {
  context.work.spend((published.length + rebuilt.length) >> 4);
  const { start, end } = commonEnds(published, rebuilt);
  const cut = (bytes: Uint8Array) => bytes.subarray(start, bytes.length - end);
  const [left, right] = [cut(published), cut(rebuilt)];
  // What differs as a whole is better read as lines.
  if (left.length + right.length > mostMiddle) return undefined;
  const [a, b] = [decodeBytes(left), decodeBytes(right)];
  const [one, other] = [tokensOf(a), tokensOf(b)];
  const runs = alignLists(one, other, context.limits.edits, context.work);
  const [ones, others] = [offsetsOf(one), offsetsOf(other)];
  const changes = runs.map((run) => ({
    left: { start: ones[run.publishedStart]!, end: ones[run.publishedEnd]! },
    right: { start: others[run.rebuiltStart]!, end: others[run.rebuiltEnd]! },
  }));
  const shown = changes.slice(0, context.limits.parts);
  const places = new Places(published);
  let [read, at] = [0, start];
  const parts = shown.map(({ left: from, right: to }) => {
    at += Buffer.byteLength(a.slice(read, from.start));
    read = from.start;
    const place = places.of(at);
    return valuePart(format, place, a.slice(from.start, from.end), b.slice(to.start, to.end));
  });
  const more = changes.length - shown.length;
  return more === 0 ? parts : [...parts, unreadPart(format, '', `${more} more places are not listed`)];
}

/** Whether a line says little about a place in it. */
export function hasLongLines(bytes: Uint8Array): boolean {
  const sample = bytes.subarray(0, 65_536);
  let lines = 1;
  for (const byte of sample) if (byte === newline) lines += 1;
  return sample.length / lines > longLine;
}

/** The bytes that both begin with and end with, less the value that surrounds the first and the last difference. */
function commonEnds(published: Uint8Array, rebuilt: Uint8Array): { start: number; end: number } {
  const most = Math.min(published.length, rebuilt.length);
  let start = 0;
  while (start < most && published[start] === rebuilt[start]) start += 1;
  let end = 0;
  const [a, b] = [published.length - 1, rebuilt.length - 1];
  while (end < most - start && published[a - end] === rebuilt[b - end]) end += 1;
  for (let back = 0; back < longestValue && start > 0 && isOfValue(published[start - 1]!); back += 1)
    start -= 1;
  for (let on = 0; on < longestValue && end > 0 && isOfValue(published[published.length - end]!); on += 1)
    end -= 1;
  return { start, end };
}

const longestValue = 200;

/** Characters of names, numbers, dates and paths, as far as a reader takes them for one value. */
function isOfValue(byte: number): boolean {
  return byte >= 0x80 || /[\w$.:+/%@~-]/.test(String.fromCharCode(byte));
}

/** Runs of characters of one value, runs of white space, and any other character by itself. */
function tokensOf(text: string): string[] {
  return text.match(/[\w$.:+/%@~\u0080-\uffff-]+|\s+|[^\w$.:+/%@~\u0080-\uffff\s-]/g) ?? [];
}

/** Where each token begins, and where the last one ends. */
function offsetsOf(tokens: readonly string[]): number[] {
  const offsets = [0];
  for (const token of tokens) offsets.push(offsets.at(-1)! + token.length);
  return offsets;
}

/** Lines and columns, counted in bytes from 1, of offsets that only grow. */
class Places {
  readonly #bytes: Uint8Array;
  #at = 0;
  #line = 1;
  #lineStart = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  of(offset: number): string {
    for (; this.#at < offset; this.#at += 1) {
      if (this.#bytes[this.#at] !== newline) continue;
      this.#line += 1;
      this.#lineStart = this.#at + 1;
    }
    return `line ${this.#line}, column ${offset - this.#lineStart + 1}`;
  }
}
