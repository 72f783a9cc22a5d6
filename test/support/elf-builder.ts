/** Small ELF files (64 bits, little endian) with sections of any kind. */

export interface ElfSectionPart {
  readonly name: string;
  readonly type: number;
  readonly bytes: Uint8Array;
  readonly flags?: number;
  readonly address?: number;
  /** Name of the section that this one refers to. */
  readonly link?: string;
  readonly entrySize?: number;
}

const headerBytes = 64;
const sectionBytes = 64;

/** `e_machine` by apk's name of the architecture. */
export const machines = { x86_64: 62, aarch64: 183 } as const;

export interface ElfShape {
  readonly entry?: number;
  readonly machine?: number;
}

export function elfOf(parts: readonly ElfSectionPart[], shape: ElfShape = {}): Buffer {
  const sections: ElfSectionPart[] = [{ name: '', type: 0, bytes: new Uint8Array(0) }, ...parts];
  const names = stringTable([...sections.map(({ name }) => name), '.shstrtab']);
  sections.push({ name: '.shstrtab', type: 3, bytes: names.bytes });
  let offset = headerBytes;
  const places = sections.map(({ bytes }) => {
    const place = offset;
    offset = Math.ceil((offset + bytes.length) / 8) * 8;
    return place;
  });
  const file = Buffer.alloc(offset + sections.length * sectionBytes);
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]).copy(file);
  file.writeUInt16LE(3, 16);
  file.writeUInt16LE(shape.machine ?? machines.x86_64, 18);
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(BigInt(shape.entry ?? 0x1000), 24);
  file.writeBigUInt64LE(BigInt(offset), 40);
  file.writeUInt16LE(headerBytes, 52);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(sectionBytes, 58);
  file.writeUInt16LE(sections.length, 60);
  file.writeUInt16LE(sections.length - 1, 62);
  sections.forEach((section, index) => {
    Buffer.from(section.bytes).copy(file, places[index]!);
    const at = offset + index * sectionBytes;
    file.writeUInt32LE(names.offsetOf(section.name), at);
    file.writeUInt32LE(section.type, at + 4);
    file.writeBigUInt64LE(BigInt(section.flags ?? 0), at + 8);
    file.writeBigUInt64LE(BigInt(section.address ?? 0), at + 16);
    file.writeBigUInt64LE(BigInt(index === 0 ? 0 : places[index]!), at + 24);
    file.writeBigUInt64LE(BigInt(section.bytes.length), at + 32);
    const link = sections.findIndex(({ name }) => name !== '' && name === section.link);
    file.writeUInt32LE(Math.max(0, link), at + 40);
    file.writeBigUInt64LE(BigInt(section.type === 0 ? 0 : 1), at + 48);
    file.writeBigUInt64LE(BigInt(section.entrySize ?? 0), at + 56);
  });
  return file;
}

export interface StringTable {
  readonly bytes: Buffer;
  offsetOf(text: string): number;
}

export function stringTable(texts: readonly string[]): StringTable {
  const offsets = new Map<string, number>([['', 0]]);
  const pieces = [Buffer.from('\0')];
  let size = 1;
  for (const text of texts) {
    if (offsets.has(text)) continue;
    offsets.set(text, size);
    pieces.push(Buffer.from(`${text}\0`));
    size += Buffer.byteLength(text) + 1;
  }
  return { bytes: Buffer.concat(pieces), offsetOf: (text) => offsets.get(text)! };
}

/** One note: owner, type, content. */
export function noteOf(owner: string, type: number, content: Uint8Array): Buffer {
  const padded = (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
  const header = Buffer.alloc(12);
  header.writeUInt32LE(owner.length + 1, 0);
  header.writeUInt32LE(content.length, 4);
  header.writeUInt32LE(type, 8);
  return Buffer.concat([header, padded(Buffer.from(`${owner}\0`)), padded(Buffer.from(content))]);
}

/** A symbol table entry of 64 bits: a global function. */
export function symbolOf(name: number, value: number, size: number, section: number): Buffer {
  const symbol = Buffer.alloc(24);
  symbol.writeUInt32LE(name, 0);
  symbol[4] = 0x12;
  symbol.writeUInt16LE(section, 6);
  symbol.writeBigUInt64LE(BigInt(value), 8);
  symbol.writeBigUInt64LE(BigInt(size), 16);
  return symbol;
}

/** Entries of a dynamic section, closed by DT_NULL. */
export function dynamicOf(entries: readonly (readonly [tag: number, value: number])[]): Buffer {
  const bytes = Buffer.alloc((entries.length + 1) * 16);
  entries.forEach(([tag, value], at) => {
    bytes.writeBigUInt64LE(BigInt(tag), at * 16);
    bytes.writeBigUInt64LE(BigInt(value), at * 16 + 8);
  });
  return bytes;
}

/** Code with the name of its function; without one no symbol names it. */
export interface NamedCode {
  readonly name: string;
  readonly code: readonly number[];
}

/** A program of functions that lie one behind the other, with a symbol for each that has a name; for x86_64 where nothing else is said. */
export function programOf(functions: readonly NamedCode[], shape: ElfShape = {}): Buffer {
  const address = 0x1000;
  const texts = stringTable(functions.map(({ name }) => name));
  let at = 0;
  const symbols = functions.flatMap(({ name, code }) => {
    const start = address + at;
    at += code.length;
    return name === '' ? [] : [symbolOf(texts.offsetOf(name), start, code.length, 1)];
  });
  const sections = [
    { name: '.text', type: 1, flags: 6, address, bytes: Buffer.from(functions.flatMap(({ code }) => code)) },
    {
      name: '.symtab',
      type: 2,
      bytes: Buffer.concat([Buffer.alloc(24), ...symbols]),
      link: '.strtab',
      entrySize: 24,
    },
    { name: '.strtab', type: 3, bytes: texts.bytes },
  ];
  return elfOf(sections, shape);
}
