/** Searches content that is too large to be held in memory. */
import type { Content } from './content.ts';

const chunkSize = 1024 * 1024;

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
