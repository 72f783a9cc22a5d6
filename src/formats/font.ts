/** OpenType and TrueType fonts, also as WOFF (ISO/IEC 14496-22; W3C WOFF 1.0 and 2.0): the tables, with dates and names spelled out. */
import { brotliDecompressSync, inflateSync } from 'node:zlib';
import { ByteCursor, readWhole, timeText } from './byte-cursor.ts';

export interface Font {
  readonly values: ReadonlyMap<string, string>;
  readonly tables: ReadonlyMap<string, Uint8Array>;
}

const sfntVersions: ReadonlySet<number> = new Set([0x00010000, 0x4f54544f, 0x74727565]);
const woff = 0x774f4646;
const woff2 = 0x774f4632;
const most = 256;
/** 1904-01-01 before 1970-01-01. */
const epoch1904 = 2_082_844_800;

export function isFont(bytes: Uint8Array): boolean {
  if (bytes.length < 12) return false;
  const magic = new ByteCursor(bytes).u32();
  return sfntVersions.has(magic) || magic === woff || magic === woff2;
}

/** @param mostBytes that the tables may inflate to */
export function readFont(bytes: Uint8Array, mostBytes: number): Font | undefined {
  return readWhole(bytes, (cursor) => {
    const magic = cursor.u32();
    if (magic === woff2) return woff2Of(cursor, mostBytes);
    const tables = magic === woff ? woffTables(cursor, mostBytes) : sfntTables(cursor);
    return fontOf(tables);
  });
}

function fontOf(tables: Map<string, Uint8Array>): Font {
  const values = new Map<string, string>();
  const [head, name] = [tables.get('head'), tables.get('name')];
  for (const [found, read] of [
    [head, headValues],
    [name, nameValues],
  ] as const) {
    const read_ = found === undefined ? undefined : readWhole(found, read);
    for (const [key, value] of read_ ?? []) values.set(key, value);
  }
  return { values, tables };
}

function sfntTables(cursor: ByteCursor): Map<string, Uint8Array> {
  const count = counted(cursor.u16());
  cursor.take(6);
  const tables = new Map<string, Uint8Array>();
  for (let at = 0; at < count; at += 1) {
    const tag = cursor.text(4);
    cursor.take(4);
    const [offset, length] = [cursor.u32(), cursor.u32()];
    tables.set(tag, cursor.from(offset).take(length));
  }
  return tables;
}

function woffTables(cursor: ByteCursor, mostBytes: number): Map<string, Uint8Array> {
  cursor.take(8);
  const count = counted(cursor.u16());
  cursor.take(30);
  const tables = new Map<string, Uint8Array>();
  let left = mostBytes;
  for (let at = 0; at < count; at += 1) {
    const tag = cursor.text(4);
    const [offset, stored, length] = [cursor.u32(), cursor.u32(), cursor.u32()];
    cursor.take(4);
    left -= length;
    if (left < 0) throw new RangeError('too large');
    const bytes = cursor.from(offset).take(stored);
    tables.set(
      tag,
      stored === length ? bytes : unpacked(() => inflateSync(bytes, { maxOutputLength: length })),
    );
  }
  return tables;
}

/** WOFF 2 keeps all tables in one stream, some of them rewritten: the stream is shown as one. */
function woff2Of(cursor: ByteCursor, mostBytes: number): Font {
  const flavour = cursor.text(4);
  cursor.take(4);
  const count = counted(cursor.u16());
  cursor.take(2);
  const [size, stored] = [cursor.u32(), cursor.u32()];
  const version = `${cursor.u16()}.${cursor.u16()}`;
  const stream = cursor.from(48);
  for (let at = 0; at < count; at += 1) skipDirectoryEntry(stream);
  const packed = stream.take(Math.min(stored, stream.left));
  return {
    values: new Map([
      ['flavour', flavour],
      ['tables', String(count)],
      ['size of the font', String(size)],
      ['font version', version],
    ]),
    tables: new Map([
      ['font data', unpacked(() => brotliDecompressSync(packed, { maxOutputLength: mostBytes }))],
    ]),
  };
}

/** W3C WOFF 2.0 §5.1: a flag byte, a tag where it is not a known one, one or two lengths. */
function skipDirectoryEntry(cursor: ByteCursor): void {
  const flags = cursor.u8();
  const index = flags & 63;
  if (index === 63) cursor.take(4);
  skipBase128(cursor);
  const isGlyphs = index === 10 || index === 11;
  if (isGlyphs ? flags >> 6 !== 3 : flags >> 6 !== 0) skipBase128(cursor);
}

function skipBase128(cursor: ByteCursor): void {
  for (let at = 0; at < 5; at += 1) if ((cursor.u8() & 0x80) === 0) return;
  throw new RangeError('a number is too long');
}

function unpacked(inflate: () => Buffer): Buffer {
  try {
    return inflate();
  } catch {
    throw new RangeError('damaged');
  }
}

function counted(count: number): number {
  if (count === 0 || count > most) throw new RangeError('no tables, or too many');
  return count;
}

function headValues(cursor: ByteCursor): [string, string][] {
  cursor.take(4);
  const revision = cursor.i32() / 65_536;
  const adjustment = cursor.u32().toString(16).padStart(8, '0');
  cursor.take(8);
  const [created, modified] = [cursor.u64(), cursor.u64()].map((time) => timeText(Number(time) - epoch1904));
  return [
    ['head: revision', revision.toFixed(3)],
    ['head: checksum adjustment', adjustment],
    ['head: created', created!],
    ['head: modified', modified!],
  ];
}

const nameTitles =
  'copyright,family,subfamily,unique identifier,full name,version,PostScript name,trademark,manufacturer,designer'.split(
    ',',
  );

function nameValues(cursor: ByteCursor): [string, string][] {
  cursor.take(2);
  const [count, storage] = [Math.min(cursor.u16(), 1000), cursor.u16()];
  return Array.from({ length: count }, () => {
    const [platform, , language, id, length, offset] = Array.from({ length: 6 }, () => cursor.u16());
    const bytes = cursor.from(storage + offset!).take(length!);
    const isWide = platform === 0 || platform === 3;
    const text = isWide
      ? Buffer.from(bytes.subarray(0, length! & ~1))
          .swap16()
          .toString('utf16le')
      : bytes.toString('latin1');
    return [`name: ${nameTitles[id!] ?? id} (${platform}, ${language})`, text];
  });
}
