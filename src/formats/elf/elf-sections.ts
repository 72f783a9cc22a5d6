/** The section headers of an ELF file (debug/elf/file.go NewFile, Go 1.26). */

import { type Content, readBounded } from '../content.ts';
import {
  compressedFlag,
  compressionHeader,
  type Encoding,
  type FileHeader,
  type SectionHeader,
  sectionHeader,
  sectionType,
} from './field-table.ts';
import { stringAt } from './strings.ts';
import { extentOf, parseEntries, readTable, type TablePlace } from './table.ts';

export interface Section {
  /** Cut after `longestName` bytes; empty where the file has no table of names. */
  readonly name: string;
  readonly type: number;
  readonly address: bigint;
  readonly offset: number;
  readonly size: number;
  /** Index of the section that this one refers to. */
  readonly link: number;
  /** Whether Go would inflate it; linkers and strip never compress the sections that are read here. */
  readonly compressed: boolean;
}

/** Counts and indexes from this number on do not fit into the ELF header and are in the first section header. */
const firstReservedIndex = 0xff00;
const extendedIndex = 0xffff;

const longestNameTable = 64 * 1024 * 1024;
/** The longest name that is read; no section that is looked for has a longer one. */
const longestName = 64;

interface SectionTable extends TablePlace {
  /** Index of the section with the names; 0 for none. */
  readonly names: number;
}

/** Reads the sections and their names; undefined where Go refuses the file. */
export function parseSections(
  content: Content,
  header: FileHeader,
  encoding: Encoding,
): readonly Section[] | undefined {
  const table = sectionTable(content, header, encoding);
  if (table === undefined) return undefined;
  const entries = readTable(sectionHeader, content, encoding, table);
  const sections = parseEntries(entries, (entry) => parseSection(content, entry, encoding));
  if (entries === undefined || sections === undefined) return undefined;
  if (sections.length === 0 || table.names === 0) return sections;
  const strings = sections[table.names];
  if (strings?.type !== sectionType.strings || !isReadable(content, strings)) return undefined;
  const names = nameTable(content, strings);
  if (entries.some(({ name }) => name >= names.terminated)) return undefined;
  return sections.map((section, index) => ({ ...section, name: names.at(entries[index]!.name) }));
}

/** Whether the file holds all of a section; only then can Go read any of it. */
export function isReadable(content: Content, section: Section): boolean {
  if (section.compressed) return false;
  if (section.size === 0) return true;
  return section.type !== sectionType.noBits && section.offset + section.size <= content.size;
}

function sectionTable(content: Content, header: FileHeader, encoding: Encoding): SectionTable | undefined {
  const offset = extentOf(header.sectionOffset);
  if (offset === undefined) return undefined;
  const { sectionSize: stride, sectionCount: count, nameTable: names } = header;
  if (count > 0) return offset === 0 || names >= count ? undefined : { offset, count, stride, names };
  if (offset === 0) return { offset, count, stride, names };
  const alone = { offset, count: 1, stride: sectionHeader.size[encoding.bits] };
  const first = readTable(sectionHeader, content, encoding, alone)?.[0];
  if (first?.type !== sectionType.null) return undefined;
  const extended = extentOf(first.size);
  if (extended === undefined || extended < firstReservedIndex) return undefined;
  if (names !== extendedIndex) return { offset, count: extended, stride, names };
  const { link } = first;
  return link < firstReservedIndex ? undefined : { offset, count: extended, stride, names: link };
}

function parseSection(content: Content, entry: SectionHeader, { bits }: Encoding): Section | undefined {
  const { type, address, link } = entry;
  const offset = extentOf(entry.offset);
  const size = extentOf(entry.size);
  if (offset === undefined || size === undefined) return undefined;
  const compressed = (entry.flags & compressedFlag) !== 0n;
  const start = compressionHeader.size[bits];
  if (compressed && (size < start || offset + start > content.size)) return undefined;
  return { name: '', type, address, offset, size, link, compressed };
}

function nameTable(content: Content, section: Section): { terminated: number; at(start: number): string } {
  const bytes = readBounded(content, section.offset, section.size, longestNameTable);
  return {
    // A name without a zero byte at its end is refused.
    terminated: bytes.lastIndexOf(0) + 1,
    at: (start) => stringAt(bytes, start, longestName),
  };
}
