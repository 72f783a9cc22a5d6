/** The headers and sections of PE files (Microsoft, PE Format): times, check sums, debug entries. */
import { type ByteCursor, hexText, readWhole, timeText } from './byte-cursor.ts';

export interface PeLayout {
  readonly values: ReadonlyMap<string, string>;
  readonly sections: ReadonlyMap<string, Uint8Array>;
}

interface SectionRow {
  readonly name: string;
  readonly address: number;
  readonly size: number;
  readonly offset: number;
}

const mostSections = 96;
const debugDirectory = 6;
const exportDirectory = 0;

export function readPe(bytes: Uint8Array): PeLayout | undefined {
  return readWhole(bytes, (file) => {
    const cursor = file.from(file.from(0x3c).u32le());
    if (cursor.text(4) !== 'PE\0\0') throw new RangeError('not PE');
    const machine = cursor.u16le();
    const count = cursor.u16le();
    if (count > mostSections) throw new RangeError('too many sections');
    const time = cursor.u32le();
    cursor.take(8);
    const [optionalSize, characteristics] = [cursor.u16le(), cursor.u16le()];
    const optional = cursor.from(cursor.at);
    cursor.take(optionalSize);
    const rows = Array.from({ length: count }, () => sectionRow(cursor));
    const values = new Map([
      ['machine', `0x${machine.toString(16)}`],
      ['time stamp', timeText(time)],
      ['characteristics', `0x${characteristics.toString(16)}`],
      ...(optionalSize === 0 ? [] : optionalValues(optional, rows, file)),
    ]);
    return { values, sections: sectionsOf(rows, file) };
  });
}

function sectionRow(cursor: ByteCursor): SectionRow {
  const name = cursor.text(8).split('\0', 1)[0]!;
  cursor.take(4);
  const [address, size, offset] = [cursor.u32le(), cursor.u32le(), cursor.u32le()];
  cursor.take(16);
  return { name, address, size, offset };
}

function sectionsOf(rows: readonly SectionRow[], file: ByteCursor): Map<string, Uint8Array> {
  const sections = new Map<string, Uint8Array>();
  for (const { name, size, offset } of rows) {
    const key = sections.has(name) ? `${name} at ${offset}` : name;
    if (size > 0) sections.set(key, file.from(offset).take(size));
  }
  return sections;
}

function optionalValues(
  start: ByteCursor,
  rows: readonly SectionRow[],
  file: ByteCursor,
): [string, string][] {
  const at = (offset: number) => start.from(start.at + offset);
  const isPlus = at(0).u16le() === 0x20b;
  const directories = at(isPlus ? 112 : 96);
  const count = Math.min(at(isPlus ? 108 : 92).u32le(), 16);
  const places = Array.from({ length: count }, () => ({
    address: directories.u32le(),
    size: directories.u32le(),
  }));
  const found = (index: number) => inFile(places[index], rows, file);
  const exports = found(exportDirectory);
  return [
    ['linker version', `${at(2).u8()}.${at(3).u8()}`],
    ['entry point', `0x${at(16).u32le().toString(16)}`],
    ['image version', `${at(44).u16le()}.${at(46).u16le()}`],
    ['checksum', `0x${at(64).u32le().toString(16)}`],
    ['subsystem', String(at(68).u16le())],
    ...(exports === undefined
      ? []
      : [['export table: time stamp', timeText(exports.from(exports.at + 4).u32le())] as [string, string]]),
    ...debugValues(found(debugDirectory), places[debugDirectory]?.size ?? 0, file),
  ];
}

function inFile(
  place: { readonly address: number; readonly size: number } | undefined,
  rows: readonly SectionRow[],
  file: ByteCursor,
): ByteCursor | undefined {
  if (place === undefined || place.size === 0) return undefined;
  const row = rows.find(({ address, size }) => place.address >= address && place.address < address + size);
  return row === undefined ? undefined : file.from(row.offset + place.address - row.address);
}

const debugEntryBytes = 28;

function debugValues(cursor: ByteCursor | undefined, size: number, file: ByteCursor): [string, string][] {
  if (cursor === undefined) return [];
  const count = Math.min(Math.floor(size / debugEntryBytes), 32);
  return Array.from({ length: count }, (_, at): [string, string][] => {
    cursor.take(4);
    const time = cursor.u32le();
    cursor.take(4);
    const [kind, length] = [cursor.u32le(), cursor.u32le()];
    cursor.take(4);
    const data = file.from(cursor.u32le()).take(length);
    const name = `debug ${at + 1}, type ${kind}`;
    return [
      [`${name}: time stamp`, timeText(time)],
      [`${name}: data`, codeViewText(data)],
    ];
  }).flat();
}

/** CodeView 7: a GUID, an age and the path of the PDB. */
function codeViewText(data: Buffer): string {
  if (data.length < 24 || data.toString('latin1', 0, 4) !== 'RSDS') return hexText(data);
  const path = data.toString('latin1', 24).split('\0', 1)[0]!;
  return `GUID ${data.toString('hex', 4, 20)}, age ${data.readUInt32LE(20)}, ${path}`;
}
