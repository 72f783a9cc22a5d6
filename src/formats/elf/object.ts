/** An ELF file with everything that its headers say, in the words of elf.h (System V ABI, Object Files). */
import { decodeBytes } from '../../bytes.ts';
import { type Encoding, type Fields, fieldsAt, layouts } from './layout.ts';

export interface ElfObject {
  readonly bytes: Uint8Array;
  readonly encoding: Encoding;
  /** Fields of the file header by name. */
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
  /** What of it the file holds. */
  readonly content: Uint8Array;
}

const noBits = 8;
const identification = { bits: 4, order: 5, version: 6, osAbi: 7, abiVersion: 8 };

/** Undefined where the headers do not hold together; `most` bounds sections and segments. */
export function parseElfObject(bytes: Uint8Array, most: number): ElfObject | undefined {
  const encoding = encodingOf(bytes);
  if (encoding === undefined || bytes.length < layouts[encoding.bits].header.size) return undefined;
  const layout = layouts[encoding.bits];
  const fields = fieldsAt(bytes, 0, encoding);
  const sections = parseSections(bytes, fields, encoding, most);
  const segments = parseSegments(bytes, fields, encoding, most);
  if (sections === undefined || segments === undefined) return undefined;
  const wide = encoding.bits === 64;
  const header = new Map([
    ['class', `${encoding.bits} bits`],
    ['byte order', encoding.littleEndian ? 'little endian' : 'big endian'],
    ['OS ABI', `${bytes[identification.osAbi]} (version ${bytes[identification.abiVersion]})`],
    ['type', String(fields.u16(16))],
    ['machine', String(fields.u16(layout.header.machine))],
    ['version', String(fields.u32(layout.header.version))],
    ['entry point', hex(fields.native(24))],
    ['offset of program headers', String(fields.native(layout.header.segmentOffset))],
    ['offset of section headers', String(fields.native(layout.header.sectionOffset))],
    ['flags', hex(fields.u32(wide ? 48 : 36))],
    ['program headers', String(fields.u16(layout.header.segmentCount))],
    ['section headers', String(sections.length)],
  ]);
  return { bytes, encoding, header, segments, sections };
}

function encodingOf(bytes: Uint8Array): Encoding | undefined {
  const bits = bytes[identification.bits];
  const order = bytes[identification.order];
  if ((bits !== 1 && bits !== 2) || (order !== 1 && order !== 2)) return undefined;
  return { bits: bits === 1 ? 32 : 64, littleEndian: order === 1 };
}

export function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}

function parseSegments(
  bytes: Uint8Array,
  header: Fields,
  encoding: Encoding,
  most: number,
): ElfSegment[] | undefined {
  const { header: places, segment } = layouts[encoding.bits];
  const offset = Number(header.native(places.segmentOffset));
  const count = header.u16(places.segmentCount);
  if (count > most || !fits(bytes, offset, count, segment.size)) return undefined;
  const wide = encoding.bits === 64;
  return Array.from({ length: count }, (_, index) => {
    const fields = fieldsAt(bytes, offset + index * segment.size, encoding);
    const type = fields.u32(segment.type);
    return {
      type,
      offset: Number(fields.native(segment.offset)),
      size: Number(fields.native(segment.fileSize)),
      address: Number(fields.native(segment.address)),
      fields: new Map([
        ['type', segmentTypes.get(type) ?? hex(type)],
        ['flags', flagText(fields.u32(segment.flags))],
        ['offset', hex(fields.native(segment.offset))],
        ['address', hex(fields.native(segment.address))],
        ['physical address', hex(fields.native(wide ? 24 : 12))],
        ['size in the file', String(fields.native(segment.fileSize))],
        ['size in memory', String(fields.native(segment.memorySize))],
        ['alignment', String(fields.native(wide ? 48 : 28))],
      ]),
    };
  });
}

function flagText(flags: number): string {
  return `${(flags & 4) !== 0 ? 'R' : '-'}${(flags & 2) !== 0 ? 'W' : '-'}${(flags & 1) !== 0 ? 'X' : '-'}${(flags & ~7) === 0 ? '' : ` ${hex(flags)}`}`;
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
  header: Fields,
  encoding: Encoding,
  most: number,
): ElfSection[] | undefined {
  const { header: places, section } = layouts[encoding.bits];
  const offset = Number(header.native(places.sectionOffset));
  if (offset === 0) return [];
  let count = header.u16(places.sectionCount);
  let names = header.u16(places.nameTable);
  if (!fits(bytes, offset, 1, section.size)) return undefined;
  const first = parseSection(bytes, offset, encoding);
  // Numbers that do not fit the header stand in the first section.
  if (count === 0) count = first.size;
  if (names === 0xffff) names = first.link;
  if (count > most || !fits(bytes, offset, count, section.size)) return undefined;
  const raw = Array.from({ length: count }, (_, index) =>
    parseSection(bytes, offset + index * section.size, encoding),
  );
  const strings = raw[names]?.content ?? new Uint8Array(0);
  return raw.map((each) => ({
    ...each,
    name: stringAt(strings, each.nameStart),
    fields: sectionFields(each),
  }));
}

function parseSection(bytes: Uint8Array, start: number, encoding: Encoding): RawSection {
  const { section } = layouts[encoding.bits];
  const wide = encoding.bits === 64;
  const fields = fieldsAt(bytes, start, encoding);
  const type = fields.u32(section.type);
  const offset = Number(fields.native(section.offset));
  const size = Number(fields.native(section.fileSize));
  return {
    nameStart: fields.u32(section.name),
    type,
    flags: Number(fields.native(section.flags)),
    address: Number(fields.native(section.address)),
    offset,
    size,
    link: fields.u32(section.link),
    info: fields.u32(wide ? 44 : 28),
    alignment: Number(fields.native(wide ? 48 : 32)),
    entrySize: Number(fields.native(wide ? 56 : 36)),
    content: type === noBits ? bytes.subarray(0, 0) : bytes.subarray(offset, offset + size),
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

const longestString = 1024;

/** The text up to the next zero byte. */
export function stringAt(bytes: Uint8Array, start: number): string {
  const text = bytes.subarray(start, start + longestString);
  const end = text.indexOf(0);
  return decodeBytes(end < 0 ? text : text.subarray(0, end));
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
