/** What an ELF file says about itself to the loader: its name, the libraries it needs, its interpreter. */

import { decodeBytes } from '../../bytes.ts';
import { Failure } from '../../failure.ts';
import { type Content, readBounded } from '../content.ts';
import { isReadable, type Section } from './elf-sections.ts';
import { dynamicEntry, readStructure, sectionType, segmentType } from './field-table.ts';
import type { Elf } from './reader.ts';

/** Tags of dynamic entries (System V ABI). */
export const dynamicTag = { needed: 1n, soname: 14n } as const;

const longestDynamicSection = 16 * 1024 * 1024;
const longestInterpreter = 16 * 1024 * 1024;
/** The bytes read first: more than nearly all names of libraries have. */
const firstRead = 256;
/** The most bytes that are read for the strings of one tag. */
const mostStringBytes = 16 * 1024 * 1024;

/**
 * The strings of a tag in file order, from the first section of type SHT_DYNAMIC and not, as a loader would,
 * from PT_DYNAMIC; none without such a section. Undefined where Go's DynString fails (debug/elf/file.go).
 */
export function dynamicStrings(elf: Elf, tag: bigint): readonly string[] | undefined {
  const { content, encoding, sections } = elf;
  const dynamic = sections.find((section) => section.type === sectionType.dynamic);
  if (dynamic === undefined) return [];
  const strings = dynamic.link === 0 ? undefined : sections[dynamic.link];
  const entrySize = dynamicEntry.size[encoding.bits];
  if (strings === undefined || dynamic.size % entrySize !== 0) return undefined;
  if (!isReadable(content, dynamic) || !isReadable(content, strings)) return undefined;
  const bytes = readBounded(content, dynamic.offset, dynamic.size, longestDynamicSection);
  const found: string[] = [];
  const budget = { left: mostStringBytes };
  for (let offset = 0; offset < bytes.length; offset += entrySize) {
    const entry = readStructure(dynamicEntry, bytes, offset, encoding);
    if (entry.tag !== tag) continue;
    const text = wholeStringAt(content, strings, entry.value, budget);
    if (text !== undefined) found.push(decodeBytes(text));
  }
  return found;
}

/** Path of the interpreter, without zero bytes around it; empty where there is none. */
export function interpreter(elf: Elf): string {
  const segment = elf.segments.find(({ type }) => type === segmentType.interpreter);
  if (segment === undefined) return '';
  const bytes = readBounded(elf.content, segment.offset, segment.size, longestInterpreter);
  const isText = (byte: number) => byte !== 0;
  return decodeBytes(bytes.subarray(Math.max(bytes.findIndex(isText), 0), bytes.findLastIndex(isText) + 1));
}

/** The bytes before the next zero byte; undefined where the section has none. */
function wholeStringAt(
  content: Content,
  strings: Section,
  start: bigint,
  budget: { left: number },
): Uint8Array | undefined {
  if (start >= BigInt(strings.size)) return undefined;
  const first = strings.offset + Number(start);
  const available = strings.offset + strings.size - first;
  for (let length = firstRead; ; length *= 4) {
    const bytes = content.read(first, Math.min(length, available));
    const end = bytes.indexOf(0);
    if (end >= 0) return bytes.subarray(0, end);
    budget.left -= bytes.length;
    if (length >= available) return undefined;
    if (budget.left < 0)
      throw new Failure('build-limit', 'an ELF file of the package has strings that are too long');
  }
}
