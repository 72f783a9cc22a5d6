/**
 * The blocks of a deflate stream (RFC 1951 §3.2.3), without inflating it: their kinds, lengths and the number of bytes they
 * stand for. Two encoders that write the same bytes differently are distinguished by the first block that differs.
 */

export interface DeflateBlock {
  readonly kind: 'stored' | 'fixed' | 'dynamic';
  readonly last: boolean;
  /** Place in the stream, in bits. */
  readonly start: number;
  /** Length in bits. */
  readonly length: number;
  /** The first byte of the content that it stands for, and their number. */
  readonly from: number;
  readonly size: number;
  readonly literals: number;
  readonly matches: number;
}

const kinds = ['stored', 'fixed', 'dynamic'] as const;
const codeLengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const lengthBase: readonly number[] = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195,
  227, 258,
];
const lengthExtra: readonly number[] = [
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
];
const distanceExtra = (symbol: number): number => (symbol < 4 ? 0 : (symbol >> 1) - 1);
const distanceSymbols = 30;
const endOfBlock = 256;
const longestCode = 15;

/** The largest number of bytes that a step needs: the header of a dynamic block, or one symbol with its extra bits. */
const mostHeaderBytes = 384;
const mostSymbolBytes = 8;

interface Codes {
  /** For each value of the next 15 bits: symbol * 16 + length; 0 where no code begins so. */
  readonly table: Uint16Array;
}

interface OpenBlock {
  readonly kind: DeflateBlock['kind'];
  readonly last: boolean;
  readonly start: number;
  readonly from: number;
  readonly codes: { readonly symbols: Codes; readonly distances: Codes } | undefined;
  /** Bytes of a stored block that are still to be skipped. */
  storedLeft: number;
  size: number;
  literals: number;
  matches: number;
}

/** A push parser: `write` pieces of the stream, take blocks as they come, then `end`. */
export class DeflateBlockReader {
  #held: Uint8Array = new Uint8Array(0);
  /** Bits of `#held` that were used. */
  #bit = 0;
  /** Bits of the stream before `#held`. */
  #before = 0;
  #inflated = 0;
  #open: OpenBlock | undefined;
  #finished = false;
  readonly #onBlock: (block: DeflateBlock) => void;

  constructor(onBlock: (block: DeflateBlock) => void) {
    this.#onBlock = onBlock;
  }

  /** Takes more of the stream; false once it has ended or turned out to be damaged. */
  write(bytes: Uint8Array): boolean {
    if (this.#finished) return false;
    const used = this.#bit >> 3;
    this.#held = Buffer.concat([this.#held.subarray(used), bytes]);
    this.#before += used * 8;
    this.#bit -= used * 8;
    this.#run(false);
    return !this.#finished;
  }

  /** Reads the rest at the end of the stream. */
  end(): void {
    if (!this.#finished) this.#run(true);
  }

  /** Bits of the stream that were understood. */
  get position(): number {
    return this.#before + this.#bit;
  }

  #run(complete: boolean): void {
    while (!this.#finished) {
      const available = this.#held.length - (this.#bit >> 3);
      if (this.#open === undefined) {
        if (!complete && available < mostHeaderBytes) return;
        if (available <= 0 || !this.#begin()) this.#finished = true;
      } else if (!this.#continue(this.#open, complete)) return;
    }
  }

  /** Takes at most 16 bits; behind the end they are zeros. */
  #bits(count: number): number {
    const value = this.#ahead() & ((1 << count) - 1);
    this.#bit += count;
    return value;
  }

  /** At least the next 17 bits. */
  #ahead(): number {
    const held = this.#held;
    const at = this.#bit >> 3;
    return ((held[at] ?? 0) | ((held[at + 1] ?? 0) << 8) | ((held[at + 2] ?? 0) << 16)) >> (this.#bit & 7);
  }

  #begin(): boolean {
    const start = this.position;
    const last = this.#bits(1) === 1;
    const kind = kinds[this.#bits(2)];
    if (kind === undefined) return false;
    const open = { kind, last, start, from: this.#inflated, size: 0, literals: 0, matches: 0 };
    if (kind === 'stored') {
      this.#bit = (this.#bit + 7) & ~7;
      const length = this.#bits(16);
      if ((this.#bits(16) ^ 0xffff) !== length) return false;
      this.#open = { ...open, codes: undefined, storedLeft: length };
      return true;
    }
    const codes = kind === 'fixed' ? fixedCodes : this.#dynamicCodes();
    if (codes === undefined) return false;
    this.#open = { ...open, codes, storedLeft: 0 };
    return true;
  }

  #dynamicCodes(): OpenBlock['codes'] {
    const literalCount = this.#bits(5) + 257;
    const distanceCount = this.#bits(5) + 1;
    const lengthCount = this.#bits(4) + 4;
    const codeLengths = new Uint8Array(codeLengthOrder.length);
    for (let at = 0; at < lengthCount; at += 1) codeLengths[codeLengthOrder[at]!] = this.#bits(3);
    const lengthCodes = codesOf(codeLengths);
    const lengths = new Uint8Array(literalCount + distanceCount);
    for (let at = 0; at < lengths.length; ) {
      const symbol = this.#symbol(lengthCodes);
      if (symbol < 0 || (symbol === 16 && at === 0)) return undefined;
      if (symbol < 16) {
        lengths[at++] = symbol;
        continue;
      }
      const value = symbol === 16 ? lengths[at - 1]! : 0;
      const count =
        symbol === 16 ? 3 + this.#bits(2) : symbol === 17 ? 3 + this.#bits(3) : 11 + this.#bits(7);
      if (at + count > lengths.length) return undefined;
      lengths.fill(value, at, at + count);
      at += count;
    }
    return {
      symbols: codesOf(lengths.subarray(0, literalCount)),
      distances: codesOf(lengths.subarray(literalCount)),
    };
  }

  /** The next symbol; -1 where no code begins so. */
  #symbol({ table }: Codes): number {
    const entry = table[this.#ahead() & 0x7fff]!;
    if (entry === 0) return -1;
    this.#bit += entry & 15;
    return entry >> 4;
  }

  /** Continues a block as far as the bytes reach; true when it has ended or is damaged. */
  #continue(open: OpenBlock, complete: boolean): boolean {
    if (open.codes === undefined) return this.#continueStored(open);
    const limit = (this.#held.length - (complete ? 0 : mostSymbolBytes)) * 8;
    const { symbols, distances } = open.codes;
    while (this.#bit < limit) {
      const symbol = this.#symbol(symbols);
      if (symbol === endOfBlock) return this.#close(open);
      if (symbol < 0 || symbol > 285) return this.#fail();
      if (symbol < endOfBlock) {
        open.literals += 1;
        open.size += 1;
        continue;
      }
      const index = symbol - 257;
      open.size += lengthBase[index]! + this.#bits(lengthExtra[index]!);
      open.matches += 1;
      const distance = this.#symbol(distances);
      if (distance < 0 || distance >= distanceSymbols) return this.#fail();
      this.#bit += distanceExtra(distance);
    }
    return complete ? this.#fail() : false;
  }

  #continueStored(open: OpenBlock): boolean {
    const step = Math.min(open.storedLeft, this.#held.length - (this.#bit >> 3));
    open.storedLeft -= step;
    open.size += step;
    open.literals += step;
    this.#bit += step * 8;
    return open.storedLeft === 0 ? this.#close(open) : false;
  }

  #fail(): true {
    this.#finished = true;
    return true;
  }

  #close({ kind, last, start, from, size, literals, matches }: OpenBlock): true {
    this.#inflated += size;
    this.#open = undefined;
    this.#finished = last;
    this.#onBlock({ kind, last, start, length: this.position - start, from, size, literals, matches });
    return true;
  }
}

/** A table over the next 15 bits for code lengths (RFC 1951 §3.2.2). */
function codesOf(lengths: Uint8Array): Codes {
  const table = new Uint16Array(1 << longestCode);
  const counts = new Uint16Array(longestCode + 1);
  for (const length of lengths) if (length > 0) counts[length]! += 1;
  const next = new Uint16Array(longestCode + 2);
  for (let length = 1; length <= longestCode; length += 1) {
    next[length + 1] = (next[length]! + counts[length]!) << 1;
  }
  lengths.forEach((length, symbol) => {
    if (length === 0) return;
    const code = next[length]!;
    next[length] = code + 1;
    const entry = symbol * 16 + length;
    for (let at = reversed(code, length); at < table.length; at += 1 << length) table[at] = entry;
  });
  return { table };
}

function reversed(code: number, length: number): number {
  let value = 0;
  for (let at = 0; at < length; at += 1) value |= ((code >> at) & 1) << (length - 1 - at);
  return value;
}

const fixedCodes = {
  symbols: codesOf(
    Uint8Array.from({ length: 288 }, (_, at) => (at < 144 ? 8 : at < 256 ? 9 : at < 280 ? 7 : 8)),
  ),
  distances: codesOf(new Uint8Array(32).fill(5)),
};
