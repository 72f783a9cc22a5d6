/**
 * Bzip2 (format of bzip2 1.0.8, decompress.c; its check sums are verified). It is implemented here, since the package for it can loop without
 * end on damaged input (docs/decisions/0006-decompressors-for-comparing.md).
 */

/** The content of all streams; undefined where the file is damaged. `onSize` sees the size grow and may throw. */
export function decodeBzip2(file: Uint8Array, onSize: (bytes: number) => void): Uint8Array | undefined {
  const bits = new BitReader(file);
  const pieces: Uint8Array[] = [];
  try {
    for (let first = true; bits.hasBytes(4); first = false) {
      if (!decodeStream(bits, pieces, onSize)) return first ? undefined : Buffer.concat(pieces);
    }
  } catch (failure) {
    if (failure instanceof Damaged) return undefined;
    throw failure;
  }
  return Buffer.concat(pieces);
}

class Damaged extends Error {}

function demand(condition: boolean): void {
  if (!condition) throw new Damaged();
}

class BitReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #bit = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Reads at most 24 bits, the highest first. */
  read(count: number): number {
    let value = 0;
    for (let left = count; left > 0; ) {
      demand(this.#at < this.#bytes.length);
      const available = 8 - this.#bit;
      const taken = Math.min(available, left);
      const bits = (this.#bytes[this.#at]! >> (available - taken)) & ((1 << taken) - 1);
      value = (value << taken) | bits;
      left -= taken;
      this.#bit += taken;
      if (this.#bit === 8) {
        this.#bit = 0;
        this.#at += 1;
      }
    }
    return value;
  }

  align(): void {
    if (this.#bit > 0) {
      this.#bit = 0;
      this.#at += 1;
    }
  }

  hasBytes(count: number): boolean {
    return this.#bytes.length - this.#at >= count;
  }
}

const [blockMagic, endMagic] = [0x314159265359, 0x177245385090];

/** Decodes a stream; false where none begins. */
function decodeStream(bits: BitReader, pieces: Uint8Array[], onSize: (bytes: number) => void): boolean {
  if (bits.read(24) !== 0x425a68) return false;
  const level = bits.read(8) - 0x30;
  if (level < 1 || level > 9) return false;
  let combined = 0;
  for (;;) {
    const magic = bits.read(24) * 2 ** 24 + bits.read(24);
    const expected = ((bits.read(16) << 16) | bits.read(16)) >>> 0;
    if (magic === endMagic) {
      demand(expected === combined);
      bits.align();
      return true;
    }
    demand(magic === blockMagic);
    const block = unrun(decodeBlock(bits, level * 100_000), onSize);
    demand(crcOf(block) === expected);
    combined = (((combined << 1) | (combined >>> 31)) ^ expected) >>> 0;
    pieces.push(block);
  }
}

/** Decodes a block; its outer run-length coding is not yet undone. */
function decodeBlock(bits: BitReader, most: number): Uint8Array {
  demand(bits.read(1) === 0);
  const origin = bits.read(24);
  const symbols = usedBytes(bits);
  const tableCount = bits.read(3);
  demand(tableCount >= 2 && tableCount <= 6 && symbols.length > 0);
  const selectors = readSelectors(bits, tableCount);
  const tables = Array.from({ length: tableCount }, () => readTable(bits, symbols.length + 2));
  const { codes, counts } = readSymbols(bits, symbols, selectors, tables, most);
  demand(origin < codes.length);
  return untransform(codes, counts, origin);
}

function usedBytes(bits: BitReader): number[] {
  const groups = bits.read(16);
  const used: number[] = [];
  for (let group = 0; group < 16; group += 1) {
    if ((groups & (0x8000 >> group)) === 0) continue;
    const members = bits.read(16);
    for (let at = 0; at < 16; at += 1) if ((members & (0x8000 >> at)) !== 0) used.push(group * 16 + at);
  }
  return used;
}

function readSelectors(bits: BitReader, tableCount: number): Uint8Array {
  const selectors = new Uint8Array(bits.read(15));
  demand(selectors.length > 0);
  const recent = Array.from({ length: tableCount }, (_, at) => at);
  for (let at = 0; at < selectors.length; at += 1) {
    let place = 0;
    while (bits.read(1) === 1) {
      place += 1;
      demand(place < tableCount);
    }
    selectors[at] = moveToFront(recent, place);
  }
  return selectors;
}

function moveToFront(list: number[] | Uint8Array, place: number): number {
  const value = list[place]!;
  list.copyWithin(1, 0, place);
  list[0] = value;
  return value;
}

const longestCode = 20;

interface Table {
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly offset: Int32Array;
  readonly symbols: Uint16Array;
}

function readTable(bits: BitReader, symbolCount: number): Table {
  const lengths = new Uint8Array(symbolCount);
  let length = bits.read(5);
  for (let symbol = 0; symbol < symbolCount; symbol += 1) {
    for (;;) {
      demand(length >= 1 && length <= longestCode);
      if (bits.read(1) === 0) break;
      length += bits.read(1) === 0 ? 1 : -1;
    }
    lengths[symbol] = length;
  }
  const count = new Int32Array(longestCode + 1);
  for (const each of lengths) count[each]! += 1;
  const first = new Int32Array(longestCode + 1);
  const offset = new Int32Array(longestCode + 1);
  let code = 0;
  let seen = 0;
  for (let each = 1; each <= longestCode; each += 1) {
    first[each] = code;
    offset[each] = seen;
    code = (code + count[each]!) << 1;
    seen += count[each]!;
  }
  const symbols = Uint16Array.from(lengths.keys()).sort((a, b) => lengths[a]! - lengths[b]! || a - b);
  return { first, count, offset, symbols };
}

function readSymbol(bits: BitReader, { first, count, offset, symbols }: Table): number {
  let code = 0;
  for (let length = 1; length <= longestCode; length += 1) {
    code = (code << 1) | bits.read(1);
    const index = code - first[length]!;
    if (index >= 0 && index < count[length]!) return symbols[offset[length]! + index]!;
  }
  throw new Damaged();
}

const groupSize = 50;

function readSymbols(
  bits: BitReader,
  used: readonly number[],
  selectors: Uint8Array,
  tables: readonly Table[],
  most: number,
): { codes: Uint8Array; counts: Uint32Array } {
  const codes = new Uint8Array(most);
  const counts = new Uint32Array(256);
  const recent = Uint8Array.from(used);
  const end = used.length + 1;
  let size = 0;
  let run = 0;
  let weight = 1;
  for (let read = 0; ; read += 1) {
    const selector = Math.floor(read / groupSize);
    demand(selector < selectors.length);
    const symbol = readSymbol(bits, tables[selectors[selector]!]!);
    if (symbol < 2) {
      run += weight * (symbol + 1);
      weight *= 2;
      demand(run <= most);
      continue;
    }
    if (run > 0) {
      demand(size + run <= most);
      codes.fill(recent[0]!, size, size + run);
      counts[recent[0]!]! += run;
      size += run;
      [run, weight] = [0, 1];
    }
    if (symbol === end) return { codes: codes.subarray(0, size), counts };
    demand(size < most);
    const byte = moveToFront(recent, symbol - 1);
    codes[size++] = byte;
    counts[byte]! += 1;
  }
}

/** Undoes the Burrows-Wheeler transform. */
function untransform(codes: Uint8Array, counts: Uint32Array, origin: number): Uint8Array {
  const next = new Uint32Array(256);
  for (let byte = 1; byte < 256; byte += 1) next[byte] = next[byte - 1]! + counts[byte - 1]!;
  const chain = new Uint32Array(codes.length);
  for (let at = 0; at < codes.length; at += 1) chain[next[codes[at]!]!++] = at;
  const block = new Uint8Array(codes.length);
  let place = chain[origin]!;
  for (let at = 0; at < block.length; at += 1) {
    block[at] = codes[place]!;
    place = chain[place]!;
  }
  return block;
}

/** Undoes the first run-length coding: four equal bytes are followed by the number of further ones. */
function unrun(block: Uint8Array, onSize: (bytes: number) => void): Uint8Array {
  let size = 0;
  for (let at = 0, equal = 0; at < block.length; at += 1) {
    equal = equal > 0 && block[at] === block[at - 1] ? equal + 1 : 1;
    size += 1;
    if (equal === 4 && at + 1 < block.length) {
      size += block[at + 1]!;
      at += 1;
      equal = 0;
    }
  }
  onSize(size);
  const bytes = new Uint8Array(size);
  let to = 0;
  for (let at = 0, equal = 0; at < block.length; at += 1) {
    equal = equal > 0 && block[at] === block[at - 1] ? equal + 1 : 1;
    bytes[to++] = block[at]!;
    if (equal === 4 && at + 1 < block.length) {
      bytes.fill(block[at]!, to, to + block[at + 1]!);
      to += block[at + 1]!;
      at += 1;
      equal = 0;
    }
  }
  return bytes;
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 24;
  for (let bit = 0; bit < 8; bit += 1) value = (value << 1) ^ ((value >>> 31) * 0x04c11db7);
  return value >>> 0;
});

function crcOf(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc << 8) ^ crcTable[(crc >>> 24) ^ byte]!;
  return ~crc >>> 0;
}
