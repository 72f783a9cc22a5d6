/** The section headers of an ELF file (debug/elf/file.go NewFile, Go 1.26). */

import { decodeBytes } from '../../bytes.ts';
import type { Content } from '../content.ts';
import { readBounded } from '../content.ts';
import type { Encoding, Fields, Layout } from './layout.ts';
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
  /** Go would inflate it; nothing that linkers and strip write makes that necessary for what is read here. */
  readonly compressed: boolean;
}

/** Section types (System V ABI). */
export const sectionType = { null: 0, strings: 3, dynamic: 6, noBits: 8 } as const;

const compressedFlag = 0x800n;
/** Counts and indexes from here on do not fit the ELF header and stand in the first section header. */
const firstReservedIndex = 0xff00;
const extendedIndex = 0xffff;

const longestNameTable = 64 * 1024 * 1024;
/** No section that is asked for has a longer name. */
const longestName = 64;

interface SectionTable extends TablePlace {
  /** Index of the section with the names; 0 for none. */
  readonly names: number;
}

/** Reads the sections and their names; undefined where Go refuses the file. */
export function parseSections(
  content: Content,
  header: Fields,
  layout: Layout,
  encoding: Encoding,
): readonly Section[] | undefined {
  const table = sectionTable(content, header, layout, encoding);
  if (table === undefined) return undefined;
  const entries = readTable(content, encoding, table);
  const sections = parseEntries(entries, (fields) => parseSection(content, fields, layout));
  if (entries === undefined || sections === undefined) return undefined;
  if (sections.length === 0 || table.names === 0) return sections;
  const strings = sections[table.names];
  if (strings?.type !== sectionType.strings || !isReadable(content, strings)) return undefined;
  const names = nameTable(content, strings);
  const starts = entries.map((fields) => fields.u32(layout.section.name));
  if (starts.some((start) => start >= names.terminated)) return undefined;
  return sections.map((section, index) => ({ ...section, name: names.at(starts[index]!) }));
}

/** Whether the file holds all of a section; only then can Go read any of it. */
export function isReadable(content: Content, section: Section): boolean {
  if (section.compressed) return false;
  if (section.size === 0) return true;
  return section.type !== sectionType.noBits && section.offset + section.size <= content.size;
}

function sectionTable(
  content: Content,
  header: Fields,
  layout: Layout,
  encoding: Encoding,
): SectionTable | undefined {
  const offset = extentOf(header.native(layout.header.sectionOffset));
  if (offset === undefined) return undefined;
  const { size } = layout.section;
  const stride = header.u16(layout.header.sectionSize);
  const count = header.u16(layout.header.sectionCount);
  const names = header.u16(layout.header.nameTable);
  if (count > 0) return offset === 0 || names >= count ? undefined : { offset, count, stride, size, names };
  if (offset === 0) return { offset, count, stride, size, names };
  const first = readTable(content, encoding, { offset, count: 1, stride: size, size })?.[0];
  if (first === undefined || first.u32(layout.section.type) !== sectionType.null) return undefined;
  const extended = extentOf(first.native(layout.section.fileSize));
  if (extended === undefined || extended < firstReservedIndex) return undefined;
  if (names !== extendedIndex) return { offset, count: extended, stride, size, names };
  const link = first.u32(layout.section.link);
  return link < firstReservedIndex ? undefined : { offset, count: extended, stride, size, names: link };
}

function parseSection(content: Content, fields: Fields, layout: Layout): Section | undefined {
  const { section, compressionHeader } = layout;
  const offset = extentOf(fields.native(section.offset));
  const size = extentOf(fields.native(section.fileSize));
  if (offset === undefined || size === undefined) return undefined;
  const compressed = (fields.native(section.flags) & compressedFlag) !== 0n;
  if (compressed && (size < compressionHeader || offset + compressionHeader > content.size)) return undefined;
  return {
    name: '',
    type: fields.u32(section.type),
    address: fields.native(section.address),
    offset,
    size,
    link: fields.u32(section.link),
    compressed,
  };
}

function nameTable(content: Content, section: Section): { terminated: number; at(start: number): string } {
  const bytes = readBounded(content, section.offset, section.size, longestNameTable);
  return {
    // A name that no zero byte ends is refused.
    terminated: bytes.lastIndexOf(0) + 1,
    at(start) {
      const name = bytes.subarray(start, start + longestName);
      const end = name.indexOf(0);
      return decodeBytes(end < 0 ? name : name.subarray(0, end));
    },
  };
}
