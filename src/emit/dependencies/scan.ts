/** Searches files that are too large to be held in memory. */

import { decodeBytes } from '../../bytes.ts';
import type { Content } from '../../formats/content.ts';
import { findBytes } from '../../formats/find-bytes.ts';
import { trimStart } from './go-text.ts';

const longestText = 64 * 1024;

/** The ends of a text besides a zero byte and a line feed. */
export interface TextEnd {
  /** Whether the end of the bytes is the end of the file and so ends a text as well. */
  readonly atEnd: boolean;
}

/** The text from an offset to its end, without white space at its start; undefined where it is empty. */
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
