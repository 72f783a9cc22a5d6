/** Where the fields of ELF structures lie (System V ABI, Object Files; Go debug/elf/elf.go). */

export interface Encoding {
  readonly bits: 32 | 64;
  readonly littleEndian: boolean;
}

/** Fields of one structure by their offset in it. */
export interface Fields {
  u16(offset: number): number;
  u32(offset: number): number;
  /** A field that is as wide as an address. */
  native(offset: number): bigint;
}

export interface Layout {
  readonly header: {
    readonly size: number;
    readonly machine: number;
    readonly version: number;
    readonly segmentOffset: number;
    readonly sectionOffset: number;
    readonly segmentSize: number;
    readonly segmentCount: number;
    readonly sectionSize: number;
    readonly sectionCount: number;
    readonly nameTable: number;
  };
  readonly segment: {
    readonly size: number;
    readonly type: number;
    readonly flags: number;
    readonly offset: number;
    readonly address: number;
    readonly fileSize: number;
    readonly memorySize: number;
  };
  readonly section: {
    readonly size: number;
    readonly name: number;
    readonly type: number;
    readonly flags: number;
    readonly address: number;
    readonly offset: number;
    readonly fileSize: number;
    readonly link: number;
  };
  /** Bytes before the content of a compressed section. */
  readonly compressionHeader: number;
  /** Bytes of one entry of the dynamic section: a tag and a value. */
  readonly dynamicEntry: number;
}

export const layouts: Readonly<Record<Encoding['bits'], Layout>> = {
  32: {
    header: {
      size: 52,
      machine: 18,
      version: 20,
      segmentOffset: 28,
      sectionOffset: 32,
      segmentSize: 42,
      segmentCount: 44,
      sectionSize: 46,
      sectionCount: 48,
      nameTable: 50,
    },
    segment: { size: 32, type: 0, offset: 4, address: 8, fileSize: 16, memorySize: 20, flags: 24 },
    section: { size: 40, name: 0, type: 4, flags: 8, address: 12, offset: 16, fileSize: 20, link: 24 },
    compressionHeader: 12,
    dynamicEntry: 8,
  },
  64: {
    header: {
      size: 64,
      machine: 18,
      version: 20,
      segmentOffset: 32,
      sectionOffset: 40,
      segmentSize: 54,
      segmentCount: 56,
      sectionSize: 58,
      sectionCount: 60,
      nameTable: 62,
    },
    segment: { size: 56, type: 0, offset: 8, address: 16, fileSize: 32, memorySize: 40, flags: 4 },
    section: { size: 64, name: 0, type: 4, flags: 8, address: 16, offset: 24, fileSize: 32, link: 40 },
    compressionHeader: 24,
    dynamicEntry: 16,
  },
};

/** The structure that begins at an offset. */
export function fieldsAt(bytes: Uint8Array, start: number, encoding: Encoding): Fields {
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, bytes.byteLength - start);
  const little = encoding.littleEndian;
  return {
    u16: (offset) => view.getUint16(offset, little),
    u32: (offset) => view.getUint32(offset, little),
    native: (offset) =>
      encoding.bits === 64 ? view.getBigUint64(offset, little) : BigInt(view.getUint32(offset, little)),
  };
}
