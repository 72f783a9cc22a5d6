/** Tables of ELF headers: entries at a fixed distance, each at least as long as the structure it holds. */
import type { Content } from '../content.ts';
import { readBounded } from '../content.ts';
import { type Encoding, type Fields, fieldsAt } from './layout.ts';

export interface TablePlace {
  readonly offset: number;
  readonly count: number;
  /** Distance of the entries. */
  readonly stride: number;
  /** Bytes of the structure. */
  readonly size: number;
}

/** A quarter of a million sections. */
const longestTable = 16 * 1024 * 1024;
const firstNegative = 1n << 63n;

/** The entries; undefined where the file does not hold all of them. An empty table may lie anywhere. */
export function readTable(content: Content, encoding: Encoding, place: TablePlace): Fields[] | undefined {
  const { offset, count, stride, size } = place;
  if (count === 0) return [];
  if (stride < size || offset + count * stride > content.size) return undefined;
  const bytes = readBounded(content, offset, count * stride, longestTable);
  return Array.from({ length: count }, (_, index) => fieldsAt(bytes, index * stride, encoding));
}

/** Every entry parsed; undefined as soon as one cannot be. */
export function parseEntries<T>(
  entries: readonly Fields[] | undefined,
  parse: (fields: Fields) => T | undefined,
): T[] | undefined {
  if (entries === undefined) return undefined;
  const parsed: T[] = [];
  for (const fields of entries) {
    const value = parse(fields);
    if (value === undefined) return undefined;
    parsed.push(value);
  }
  return parsed;
}

/** A place or a length in the file; undefined for what Go takes to be negative. */
export function extentOf(value: bigint): number | undefined {
  return value < firstNegative ? Number(value) : undefined;
}
