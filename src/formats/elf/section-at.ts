/** Finds the section of a place in an ELF file of which only the two ends are held. */
import { encodingOf, fileHeader, readStructure, sectionHeader, sectionType } from './field-table.ts';
import { stringAt } from './strings.ts';

export interface FileEnds {
  readonly size: number;
  /** The first and the last bytes of the file. */
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
}

/** `section <name>`, where the section headers and their names are within the tail. */
export function sectionAt({ head, tail, size }: FileEnds, offset: number): string | undefined {
  const encoding = encodingOf(head);
  if (encoding === undefined || head.length < fileHeader.size[64]) return undefined;
  const file = readStructure(fileHeader, head, 0, encoding);
  const inTail = (at: bigint) => Number(at) - (size - tail.length);
  const table = inTail(file.sectionOffset);
  const { sectionCount: count, nameTable: names } = file;
  const entrySize = sectionHeader.size[encoding.bits];
  if (table < 0 || table + count * entrySize > tail.length) return undefined;
  const header = (index: number) => readStructure(sectionHeader, tail, table + index * entrySize, encoding);
  const strings = names < count ? inTail(header(names).offset) : -1;
  for (let index = 1; index < count; index += 1) {
    const section = header(index);
    const start = Number(section.offset);
    if (section.type === sectionType.noBits || offset < start || offset >= start + Number(section.size))
      continue;
    return strings < 0 ? `section ${index}` : `section ${stringAt(tail, strings + section.name)}`;
  }
  return undefined;
}
