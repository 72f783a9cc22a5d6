/**
 * The parts of an ELF file that the analysis looks at. melange reads ELF with Go's debug/elf, which refuses
 * some files that load and accepts some that do not, and a refused file has no dependencies; this reader
 * refuses the same files (debug/elf/file.go NewFile, Go 1.26).
 */
import type { Content } from '../content.ts';
import { parseSections, type Section } from './elf-sections.ts';
import {
  type Encoding,
  encodingOf,
  type FileHeader,
  fileHeader,
  readStructure,
  segmentHeader,
  type Values,
} from './field-table.ts';
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
  /** The size in the file, which may extend beyond its end. */
  readonly size: number;
  readonly memorySize: bigint;
}

const identificationSize = 16;
const versionOffset = 6;
const currentVersion = 1;

/** Reads the headers; undefined for what is not an ELF file to Go. */
export function parseElf(content: Content): Elf | undefined {
  const identification = content.read(0, identificationSize);
  const encoding = encodingOf(identification);
  if (encoding === undefined || identification.length < identificationSize) return undefined;
  if (identification[versionOffset] !== currentVersion) return undefined;
  const size = fileHeader.size[encoding.bits];
  const bytes = content.read(0, size);
  if (bytes.length < size) return undefined;
  const header = readStructure(fileHeader, bytes, 0, encoding);
  // Go's type for it is a byte, so the rest of the field does not count.
  if ((header.version & 0xff) !== currentVersion) return undefined;
  const segments = parseSegments(content, header, encoding);
  if (segments === undefined) return undefined;
  const sections = parseSections(content, header, encoding);
  if (sections === undefined) return undefined;
  return { content, encoding, machine: header.machine, segments, sections };
}

function parseSegments(
  content: Content,
  header: FileHeader,
  encoding: Encoding,
): readonly Segment[] | undefined {
  const offset = extentOf(header.segmentOffset);
  if (offset === undefined) return undefined;
  const place = { offset, count: header.segmentCount, stride: header.segmentSize };
  return parseEntries(readTable(segmentHeader, content, encoding, place), parseSegment);
}

function parseSegment({
  type,
  flags,
  address,
  memorySize,
  ...extent
}: Values<typeof segmentHeader.fields>): Segment | undefined {
  const offset = extentOf(extent.offset);
  const size = extentOf(extent.fileSize);
  return offset === undefined || size === undefined
    ? undefined
    : { type, flags, offset, address, size, memorySize };
}
