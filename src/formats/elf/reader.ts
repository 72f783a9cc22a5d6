/**
 * The parts of an ELF file that the analysis looks at. melange reads ELF with Go's debug/elf, which refuses
 * some files that load and accepts some that do not, and a refused file has no dependencies: what is here
 * refuses the same files (debug/elf/file.go NewFile, Go 1.26).
 */
import type { Content } from '../content.ts';
import { type Encoding, type Fields, fieldsAt, type Layout, layouts } from './layout.ts';
import { parseSections, type Section } from './sections.ts';
import { extentOf, parseEntries, readTable } from './table.ts';

export interface Elf {
  readonly content: Content;
  readonly encoding: Encoding;
  readonly machine: number;
  readonly segments: readonly Segment[];
  readonly sections: readonly Section[];
}

export interface Segment {
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly address: bigint;
  /** Bytes in the file, which may be beyond its end. */
  readonly size: number;
  readonly memorySize: bigint;
}

/** Segment types and flags (System V ABI). */
export const segmentType = { load: 1, interpreter: 3 } as const;
export const segmentFlags = { execute: 1, write: 2 } as const;

const magic = [0x7f, 0x45, 0x4c, 0x46];
const identificationSize = 16;
const currentVersion = 1;

/** Reads the headers; undefined for what is no ELF file to Go. */
export function parseElf(content: Content): Elf | undefined {
  const encoding = encodingOf(content.read(0, identificationSize));
  if (encoding === undefined) return undefined;
  const layout = layouts[encoding.bits];
  const bytes = content.read(0, layout.header.size);
  if (bytes.length < layout.header.size) return undefined;
  const header = fieldsAt(bytes, 0, encoding);
  // Go's type for it is a byte, so the rest of the field does not count.
  if ((header.u32(layout.header.version) & 0xff) !== currentVersion) return undefined;
  const segments = parseSegments(content, header, layout, encoding);
  if (segments === undefined) return undefined;
  const sections = parseSections(content, header, layout, encoding);
  if (sections === undefined) return undefined;
  return { content, encoding, machine: header.u16(layout.header.machine), segments, sections };
}

function encodingOf(identification: Uint8Array): Encoding | undefined {
  if (identification.length < identificationSize) return undefined;
  if (magic.some((byte, index) => identification[index] !== byte)) return undefined;
  const [bits, order, version] = identification.subarray(magic.length);
  if ((bits !== 1 && bits !== 2) || (order !== 1 && order !== 2) || version !== currentVersion)
    return undefined;
  return { bits: bits === 1 ? 32 : 64, littleEndian: order === 1 };
}

function parseSegments(
  content: Content,
  header: Fields,
  layout: Layout,
  encoding: Encoding,
): readonly Segment[] | undefined {
  const offset = extentOf(header.native(layout.header.segmentOffset));
  if (offset === undefined) return undefined;
  const entries = readTable(content, encoding, {
    offset,
    count: header.u16(layout.header.segmentCount),
    stride: header.u16(layout.header.segmentSize),
    size: layout.segment.size,
  });
  return parseEntries(entries, (fields) => parseSegment(fields, layout));
}

function parseSegment(fields: Fields, layout: Layout): Segment | undefined {
  const { segment } = layout;
  const offset = extentOf(fields.native(segment.offset));
  const size = extentOf(fields.native(segment.fileSize));
  if (offset === undefined || size === undefined) return undefined;
  return {
    type: fields.u32(segment.type),
    flags: fields.u32(segment.flags),
    offset,
    address: fields.native(segment.address),
    size,
    memorySize: fields.native(segment.memorySize),
  };
}
