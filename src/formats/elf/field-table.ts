/** The offsets of the fields of ELF structures (System V ABI, Object Files; Go debug/elf/elf.go). */

export interface Encoding {
  readonly bits: 32 | 64;
  readonly littleEndian: boolean;
}

/** `native`: as wide as an address. */
type FieldKind = 'u8' | 'u16' | 'u32' | 'native';

/** A field, and its offset in files of 32 and of 64 bits. */
type Field = readonly [kind: FieldKind, in32: number, in64: number];

/** The fields of a structure by name. */
export type FieldTable = Readonly<Record<string, Field>>;

export interface Structure<Fields extends FieldTable> {
  readonly size: Readonly<Record<Encoding['bits'], number>>;
  readonly fields: Fields;
}

/** The values of one structure of a file. */
export type Values<Fields extends FieldTable> = {
  readonly [Name in keyof Fields]: Fields[Name][0] extends 'native' ? bigint : number;
};

export const fileHeader = structure([52, 64], {
  type: ['u16', 16, 16],
  machine: ['u16', 18, 18],
  version: ['u32', 20, 20],
  entry: ['native', 24, 24],
  segmentOffset: ['native', 28, 32],
  sectionOffset: ['native', 32, 40],
  flags: ['u32', 36, 48],
  segmentSize: ['u16', 42, 54],
  segmentCount: ['u16', 44, 56],
  sectionSize: ['u16', 46, 58],
  sectionCount: ['u16', 48, 60],
  nameTable: ['u16', 50, 62],
});
export type FileHeader = Values<typeof fileHeader.fields>;

export const segmentHeader = structure([32, 56], {
  type: ['u32', 0, 0],
  flags: ['u32', 24, 4],
  offset: ['native', 4, 8],
  address: ['native', 8, 16],
  physicalAddress: ['native', 12, 24],
  fileSize: ['native', 16, 32],
  memorySize: ['native', 20, 40],
  alignment: ['native', 28, 48],
});

export const sectionHeader = structure([40, 64], {
  name: ['u32', 0, 0],
  type: ['u32', 4, 4],
  flags: ['native', 8, 8],
  address: ['native', 12, 16],
  offset: ['native', 16, 24],
  size: ['native', 20, 32],
  link: ['u32', 24, 40],
  info: ['u32', 28, 44],
  alignment: ['native', 32, 48],
  entrySize: ['native', 36, 56],
});
export type SectionHeader = Values<typeof sectionHeader.fields>;

export const symbolEntry = structure([16, 24], {
  name: ['u32', 0, 0],
  info: ['u8', 12, 4],
  other: ['u8', 13, 5],
  section: ['u16', 14, 6],
  value: ['native', 4, 8],
  size: ['native', 8, 16],
});

export const dynamicEntry = structure([8, 16], { tag: ['native', 0, 0], value: ['native', 4, 8] });

export const noteHeader = structure([12, 12], {
  nameSize: ['u32', 0, 0],
  size: ['u32', 4, 4],
  type: ['u32', 8, 8],
});

/** The header before the content of a compressed section. */
export const compressionHeader = structure([12, 24], {});

export const segmentType = { load: 1, interpreter: 3, note: 4 } as const;
export const segmentFlags = { execute: 1, write: 2, read: 4 } as const;
export const sectionType = {
  null: 0,
  symbols: 2,
  strings: 3,
  dynamic: 6,
  note: 7,
  noBits: 8,
  dynamicSymbols: 11,
} as const;
export const compressedFlag = 0x800n;

const magic = [0x7f, 0x45, 0x4c, 0x46];

/** The encoding of a file, by its first bytes; undefined for what is not ELF, and for an unknown class or byte order. */
export function encodingOf(start: Uint8Array): Encoding | undefined {
  if (magic.some((byte, index) => start[index] !== byte)) return undefined;
  const [bits, order] = start.subarray(magic.length);
  if ((bits !== 1 && bits !== 2) || (order !== 1 && order !== 2)) return undefined;
  return { bits: bits === 1 ? 32 : 64, littleEndian: order === 1 };
}

/** The structure that begins at an offset; the bytes must hold all of it. */
export function readStructure<Fields extends FieldTable>(
  { fields }: Structure<Fields>,
  bytes: Uint8Array,
  start: number,
  { bits, littleEndian }: Encoding,
): Values<Fields> {
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, bytes.byteLength - start);
  const values: Record<string, bigint | number> = {};
  for (const name in fields) {
    const [kind, in32, in64] = fields[name]!;
    values[name] = readField[kind](view, bits === 32 ? in32 : in64, littleEndian, bits);
  }
  return values as Values<Fields>;
}

const readField: Readonly<
  Record<FieldKind, (view: DataView, offset: number, little: boolean, bits: 32 | 64) => bigint | number>
> = {
  u8: (view, offset) => view.getUint8(offset),
  u16: (view, offset, little) => view.getUint16(offset, little),
  u32: (view, offset, little) => view.getUint32(offset, little),
  native: (view, offset, little, bits) =>
    bits === 64 ? view.getBigUint64(offset, little) : BigInt(view.getUint32(offset, little)),
};

function structure<const Fields extends FieldTable>(
  [in32, in64]: readonly [number, number],
  fields: Fields,
): Structure<Fields> {
  return { size: { 32: in32, 64: in64 }, fields };
}
