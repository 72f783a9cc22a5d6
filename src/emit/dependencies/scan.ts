/** Searching files that are too large to be held. */

import type { Content } from '../../build/tree.ts';
import { decodeBytes } from '../../bytes.ts';
import { trimStart } from './go-text.ts';

const chunkSize = 1024 * 1024;
const longestText = 64 * 1024;

export interface SearchRange {
  readonly from: number;
  readonly until: number;
  /** Whether an occurrence at an offset counts. */
  readonly counts?: (offset: number) => boolean;
}

/** Offset of the first occurrence that counts. */
export function findBytes(
  content: Content,
  wanted: Uint8Array,
  range: SearchRange = { from: 0, until: content.size },
): number | undefined {
  const { from, until, counts = () => true } = range;
  for (let start = from; start + wanted.length <= until; start += chunkSize) {
    const length = Math.min(chunkSize + wanted.length - 1, until - start);
    const chunk = Buffer.from(content.read(start, length));
    for (let at = chunk.indexOf(wanted); at >= 0; at = chunk.indexOf(wanted, at + 1)) {
      if (counts(start + at)) return start + at;
    }
  }
  return undefined;
}

/** What a text may end with besides a zero byte and a line feed. */
export interface TextEnd {
  /** The end of the bytes is the end of the file and ends a text too. */
  readonly atEnd: boolean;
}

/** The text from an offset to its end, without white space at its start; undefined where that is nothing. */
export function textAt(content: Content, offset: number, { atEnd }: TextEnd): string | undefined {
  const bytes = content.read(offset, longestText);
  const end = bytes.findIndex((byte) => byte === 0 || byte === 0x0a);
  if (end < 0 && !atEnd) return undefined;
  const text = trimStart(decodeBytes(end < 0 ? bytes : bytes.subarray(0, end)));
  return text === '' ? undefined : text;
}

/** The text behind the first occurrence of a prefix; a later one does not count where that text is blank. */
export function textAfter(content: Content, prefix: string, end: TextEnd): string | undefined {
  const found = findBytes(content, Buffer.from(prefix));
  return found === undefined ? undefined : textAt(content, found + prefix.length, end);
}
