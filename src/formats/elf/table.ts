/** Tables of ELF headers as Go reads them: entries at a fixed distance, each at least as long as the structure it holds. */
import { type Content, readBounded } from '../content.ts';
import { type Encoding, type FieldTable, readStructure, type Structure, type Values } from './field-table.ts';

export interface TablePlace {
  readonly offset: number;
  readonly count: number;
  /** Distance of the entries. */
  readonly stride: number;
}

/** A quarter of a million sections. */
const longestTable = 16 * 1024 * 1024;
const firstNegative = 1n << 63n;

/** The entries; undefined where the file does not hold all of them. An empty table may lie anywhere. */
export function readTable<Fields extends FieldTable>(
  structure: Structure<Fields>,
  content: Content,
  encoding: Encoding,
  { offset, count, stride }: TablePlace,
): Values<Fields>[] | undefined {
  if (count === 0) return [];
  if (stride < structure.size[encoding.bits] || offset + count * stride > content.size) return undefined;
  const bytes = readBounded(content, offset, count * stride, longestTable);
  return Array.from({ length: count }, (_, index) =>
    readStructure(structure, bytes, index * stride, encoding),
  );
}

/** Every entry parsed; undefined where one cannot be parsed. */
export function parseEntries<Entry, Parsed>(
  entries: readonly Entry[] | undefined,
  parse: (entry: Entry) => Parsed | undefined,
): Parsed[] | undefined {
  if (entries === undefined) return undefined;
  const parsed: Parsed[] = [];
  for (const entry of entries) {
    const value = parse(entry);
    if (value === undefined) return undefined;
    parsed.push(value);
  }
  return parsed;
}

/** A place or a length in the file; undefined for a value that is negative to Go. */
export function extentOf(value: bigint): number | undefined {
  return value < firstNegative ? Number(value) : undefined;
}
