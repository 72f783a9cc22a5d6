/** An ELF file with everything that its headers say, in the words of elf.h (System V ABI, Object Files). */
import {
  type Encoding,
  encodingOf,
  type FileHeader,
  fileHeader,
  readStructure,
  sectionHeader,
  sectionType,
  segmentFlags,
  segmentHeader,
  type Values,
} from './field-table.ts';
import { stringAt } from './strings.ts';

export interface ElfObject {
  readonly bytes: Uint8Array;
  readonly encoding: Encoding;
  readonly file: FileHeader;
  /** Fields of the file header by name, for showing. */
  readonly header: ReadonlyMap<string, string>;
  readonly segments: readonly ElfSegment[];
  readonly sections: readonly ElfSection[];
}

export interface ElfSegment {
  readonly type: number;
  readonly fields: ReadonlyMap<string, string>;
  readonly offset: number;
  readonly size: number;
  readonly address: number;
}

export interface ElfSection {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly address: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
  readonly entrySize: number;
  readonly fields: ReadonlyMap<string, string>;
  /** The part of the section that the file holds. */
  readonly content: Uint8Array;
}

const osAbi = { kind: 7, version: 8 };

/** The file as a value; undefined where the headers are inconsistent. `most` bounds sections and segments. */
export function parseElfObject(bytes: Uint8Array, most: number): ElfObject | undefined {
  const encoding = encodingOf(bytes);
  if (encoding === undefined || bytes.length < fileHeader.size[encoding.bits]) return undefined;
  const file = readStructure(fileHeader, bytes, 0, encoding);
  const sections = parseSections(bytes, file, encoding, most);
  const segments = parseSegments(bytes, file, encoding, most);
  if (sections === undefined || segments === undefined) return undefined;
  const header = new Map([
    ['class', `${encoding.bits} bits`],
    ['byte order', encoding.littleEndian ? 'little endian' : 'big endian'],
    ['OS ABI', `${bytes[osAbi.kind]} (version ${bytes[osAbi.version]})`],
    ['type', String(file.type)],
    ['machine', String(file.machine)],
    ['version', String(file.version)],
    ['entry point', hex(file.entry)],
    ['offset of program headers', String(file.segmentOffset)],
    ['offset of section headers', String(file.sectionOffset)],
    ['flags', hex(file.flags)],
    ['program headers', String(file.segmentCount)],
    ['section headers', String(sections.length)],
  ]);
  return { bytes, encoding, file, header, segments, sections };
}

export function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}

function parseSegments(
  bytes: Uint8Array,
  { segmentOffset, segmentCount: count }: FileHeader,
  encoding: Encoding,
  most: number,
): ElfSegment[] | undefined {
  const start = Number(segmentOffset);
  const size = segmentHeader.size[encoding.bits];
  if (count > most || !fits(bytes, start, count, size)) return undefined;
  return Array.from({ length: count }, (_, index) => {
    const segment = readStructure(segmentHeader, bytes, start + index * size, encoding);
    return {
      type: segment.type,
      offset: Number(segment.offset),
      size: Number(segment.fileSize),
      address: Number(segment.address),
      fields: segmentFields(segment),
    };
  });
}

function segmentFields(segment: Values<typeof segmentHeader.fields>): ReadonlyMap<string, string> {
  return new Map([
    ['type', segmentTypes.get(segment.type) ?? hex(segment.type)],
    ['flags', flagText(segment.flags)],
    ['offset', hex(segment.offset)],
    ['address', hex(segment.address)],
    ['physical address', hex(segment.physicalAddress)],
    ['size in the file', String(segment.fileSize)],
    ['size in memory', String(segment.memorySize)],
    ['alignment', String(segment.alignment)],
  ]);
}

function flagText(flags: number): string {
  const { read, write, execute } = segmentFlags;
  const letter = (flag: number, text: string) => ((flags & flag) !== 0 ? text : '-');
  const others = (flags & ~(read | write | execute)) === 0 ? '' : ` ${hex(flags)}`;
  return `${letter(read, 'R')}${letter(write, 'W')}${letter(execute, 'X')}${others}`;
}

function fits(bytes: Uint8Array, offset: number, count: number, size: number): boolean {
  return count === 0 || offset + count * size <= bytes.length;
}

interface RawSection extends Omit<ElfSection, 'name' | 'fields'> {
  readonly nameStart: number;
  readonly info: number;
  readonly alignment: number;
}

function parseSections(
  bytes: Uint8Array,
  file: FileHeader,
  encoding: Encoding,
  most: number,
): ElfSection[] | undefined {
  const start = Number(file.sectionOffset);
  const size = sectionHeader.size[encoding.bits];
  if (start === 0) return [];
  let { sectionCount: count, nameTable: names } = file;
  if (!fits(bytes, start, 1, size)) return undefined;
  const first = parseSection(bytes, start, encoding);
  // Numbers that do not fit into the header are in the first section.
  if (count === 0) count = first.size;
  if (names === 0xffff) names = first.link;
  if (count > most || !fits(bytes, start, count, size)) return undefined;
  const raw = Array.from({ length: count }, (_, index) =>
    parseSection(bytes, start + index * size, encoding),
  );
  const strings = raw[names]?.content ?? new Uint8Array(0);
  return raw.map((each) => ({
    ...each,
    name: stringAt(strings, each.nameStart),
    fields: sectionFields(each),
  }));
}

function parseSection(bytes: Uint8Array, start: number, encoding: Encoding): RawSection {
  const section = readStructure(sectionHeader, bytes, start, encoding);
  const { type, link, info } = section;
  const offset = Number(section.offset);
  const size = Number(section.size);
  return {
    nameStart: section.name,
    type,
    flags: Number(section.flags),
    address: Number(section.address),
    offset,
    size,
    link,
    info,
    alignment: Number(section.alignment),
    entrySize: Number(section.entrySize),
    content: type === sectionType.noBits ? bytes.subarray(0, 0) : bytes.subarray(offset, offset + size),
  };
}

function sectionFields(section: RawSection): ReadonlyMap<string, string> {
  return new Map([
    ['type', sectionTypes.get(section.type) ?? hex(section.type)],
    ['flags', hex(section.flags)],
    ['address', hex(section.address)],
    ['offset', hex(section.offset)],
    ['size', String(section.size)],
    ['link', String(section.link)],
    ['info', String(section.info)],
    ['alignment', String(section.alignment)],
    ['entry size', String(section.entrySize)],
  ]);
}

const segmentTypes: ReadonlyMap<number, string> = new Map([
  [0, 'NULL'],
  [1, 'LOAD'],
  [2, 'DYNAMIC'],
  [3, 'INTERP'],
  [4, 'NOTE'],
  [5, 'SHLIB'],
  [6, 'PHDR'],
  [7, 'TLS'],
  [0x6474e550, 'GNU_EH_FRAME'],
  [0x6474e551, 'GNU_STACK'],
  [0x6474e552, 'GNU_RELRO'],
  [0x6474e553, 'GNU_PROPERTY'],
]);

const sectionTypes: ReadonlyMap<number, string> = new Map([
  [0, 'NULL'],
  [1, 'PROGBITS'],
  [2, 'SYMTAB'],
  [3, 'STRTAB'],
  [4, 'RELA'],
  [5, 'HASH'],
  [6, 'DYNAMIC'],
  [7, 'NOTE'],
  [8, 'NOBITS'],
  [9, 'REL'],
  [11, 'DYNSYM'],
  [14, 'INIT_ARRAY'],
  [15, 'FINI_ARRAY'],
  [17, 'GROUP'],
  [18, 'SYMTAB_SHNDX'],
  [0x6ffffff6, 'GNU_HASH'],
  [0x6ffffffd, 'VERDEF'],
  [0x6ffffffe, 'VERNEED'],
  [0x6fffffff, 'VERSYM'],
]);
