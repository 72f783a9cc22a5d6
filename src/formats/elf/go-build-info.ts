/**
 * The settings that Go's linker writes into a program (debug/buildinfo and runtime/debug ParseBuildInfo, Go 1.26),
 * as far as they show whether it loads OpenSSL at run time. The form without inline strings, before Go 1.18, had
 * no settings and is not read.
 */
import { decodeBytes } from '../../bytes.ts';
import { readBounded } from '../content.ts';
import { findBytes } from '../find-bytes.ts';
import { segmentFlags, segmentType } from './field-table.ts';
import type { Elf, Segment } from './reader.ts';

export interface GoSetting {
  readonly key: string;
  readonly value: string;
}

const magic = Buffer.from('\xff Go buildinf:', 'latin1');
const alignment = 16n;
const headerSize = 32;
const flagsOffset = 15;
const inlineStrings = 2;
const longestVarint = 10;
const longestText = 16 * 1024 * 1024;
/** The size of the marks before and after the module text, whose last line ends directly before the second one. */
const sentinelSize = 16;

/** The settings in file order; none where the program carries no readable build information. */
export function goSettings(elf: Elf): readonly GoSetting[] {
  const [start, size] = dataRange(elf);
  const header = findHeader(elf, start, size);
  if (header === undefined) return [];
  const version = inlineString(elf, header + BigInt(headerSize));
  const modules = version && inlineString(elf, version.end);
  if (version === undefined || modules === undefined || version.bytes.length === 0) return [];
  const { bytes } = modules;
  if (bytes.length < 2 * sentinelSize + 1 || bytes[bytes.length - sentinelSize - 1] !== 0x0a) return [];
  return parseSettings(decodeBytes(bytes.subarray(sentinelSize, -sentinelSize))) ?? [];
}

/** Address and size of what should hold the information: its section, else the first writable data. */
function dataRange(elf: Elf): readonly [bigint, bigint] {
  const section = elf.sections.find(({ name }) => name === '.go.buildinfo');
  if (section !== undefined) return [section.address, BigInt(section.size)];
  const mask = segmentFlags.execute | segmentFlags.write;
  const data = elf.segments.find(
    ({ type, flags }) => type === segmentType.load && (flags & mask) === segmentFlags.write,
  );
  return data === undefined ? [0n, 0n] : [data.address, data.memorySize];
}

/** Address of the first aligned header in a range of addresses, all of it in one segment. */
function findHeader(elf: Elf, start: bigint, size: bigint): bigint | undefined {
  const end = start + size;
  const from = alignUp(start);
  const mapped = from < end ? mappedAt(elf, from) : undefined;
  if (mapped === undefined) return undefined;
  const addressOf = (offset: number) => from + BigInt(offset - mapped.offset);
  const found = findBytes(elf.content, magic, {
    from: mapped.offset,
    until: Math.min(mapped.end, mapped.offset + Number(end - from)),
    counts: (offset) => addressOf(offset) % alignment === 0n,
  });
  if (found === undefined) return undefined;
  const address = addressOf(found);
  const header = address + BigInt(headerSize) > end ? undefined : readMapped(elf, address, headerSize);
  if (header?.length !== headerSize || (header[flagsOffset]! & inlineStrings) === 0) return undefined;
  return address;
}

function alignUp(address: bigint): bigint {
  return ((address + alignment - 1n) / alignment) * alignment;
}

/** A text that follows its length as a varint. */
function inlineString(elf: Elf, address: bigint): { bytes: Uint8Array; end: bigint } | undefined {
  const prefix = readMapped(elf, address, longestVarint);
  const last = prefix.findIndex((byte) => byte < 0x80);
  if (last < 0) return undefined;
  const length = prefix.subarray(0, last + 1).reduceRight((sum, byte) => sum * 128 + (byte & 0x7f), 0);
  const start = address + BigInt(last + 1);
  const bytes = readMapped(elf, start, length);
  return bytes.length < length ? undefined : { bytes, end: start + BigInt(length) };
}

function readMapped(elf: Elf, address: bigint, length: number): Uint8Array {
  const mapped = mappedAt(elf, address);
  if (mapped === undefined) return new Uint8Array(0);
  return readBounded(elf.content, mapped.offset, Math.min(length, mapped.end - mapped.offset), longestText);
}

/** The offset of an address in the file, and the end of its segment there. */
function mappedAt(elf: Elf, address: bigint): { offset: number; end: number } | undefined {
  const holds = (segment: Segment) =>
    segment.address <= address && address < segment.address + BigInt(segment.size);
  const segment = elf.segments.find(holds);
  if (segment === undefined) return undefined;
  const end = Math.min(segment.offset + segment.size, elf.content.size);
  return { offset: Math.min(segment.offset + Number(address - segment.address), end), end };
}

/** How many columns a line may have, by its first word. */
const columns: ReadonlyMap<string, readonly number[]> = new Map([
  ['mod', [2, 3]],
  ['dep', [2, 3]],
  ['=>', [3]],
]);

/** Parses the lines of a module text; undefined where Go refuses one line, and with it all of them. */
function parseSettings(text: string): readonly GoSetting[] | undefined {
  const settings: GoSetting[] = [];
  let replaceable = false;
  for (const line of text.split('\n').slice(0, -1)) {
    const [kind = '', ...rest] = line.split('\t');
    if (kind === 'build' && rest.length > 0) {
      const setting = parseSetting(rest.join('\t'));
      if (setting === undefined) return undefined;
      settings.push(setting);
    } else if (rest.length > 0 && columns.has(kind)) {
      const replaces = kind === '=>';
      if (!columns.get(kind)!.includes(rest.length) || (replaces && !replaceable)) return undefined;
      replaceable = !replaces;
    }
  }
  return settings;
}

/** A quoted word of Go; escapes are only required to be well formed. */
const quoted =
  '"(?:[^"\\\\\\n]|\\\\(?:[abfnrtv\\\\"]|[0-3][0-7]{2}|x[\\da-fA-F]{2}|u[\\da-fA-F]{4}|U[\\da-fA-F]{8}))*"|`[^`]*`';
const setting = new RegExp(`^(?:(${quoted})|([^= \\t\\r\\n"\`]+))=(?:(${quoted})|([^ \\t\\r\\n"\`]*))$`);

function parseSetting(text: string): GoSetting | undefined {
  const match = setting.exec(text);
  if (match === null) return undefined;
  const [, quotedKey, plainKey, quotedValue, plainValue] = match;
  return {
    key: plainKey ?? quotedKey!.slice(1, -1),
    value: plainValue ?? quotedValue!.slice(1, -1),
  };
}
