/** The header of a block with its own codes (RFC 1951 §3.2.7), with the repeats as Go writes them. */
import type { BitWriter } from './bit-writer.ts';
import { type PrefixCode, prefixCode, wordBits } from './huffman.ts';

export interface CodeHeader {
  readonly literals: number;
  readonly distances: number;
  /** Symbols of the code length alphabet, with the value of the extra bits from bit 8 on. */
  readonly symbols: readonly number[];
  readonly code: PrefixCode;
  /** The number of lengths of the code length code that are written. */
  readonly written: number;
  /** Size with the three bits of the block header. */
  readonly bits: number;
}

const order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const extraBits = new Uint8Array(19);
extraBits.set([2, 3, 7], 16);
const repeatPrevious = 16;
const repeatZero = 17;
const repeatZeroLong = 18;
const dynamicBlock = 0b100;

/** Plans the header for these code lengths, cut to the symbols that the header shall mention. */
export function planCodeHeader(literals: Uint8Array, distances: Uint8Array): CodeHeader {
  const lengths = new Uint8Array(literals.length + distances.length);
  lengths.set(literals);
  lengths.set(distances, literals.length);
  const symbols = runsOf(lengths);
  const frequencies = new Uint32Array(19);
  let bits = 3 + 5 + 5 + 4;
  for (const symbol of symbols) {
    frequencies[symbol & 0xff]! += 1;
    bits += extraBits[symbol & 0xff]!;
  }
  const code = prefixCode(frequencies, 7);
  let written = order.length;
  while (written > 4 && code.lengths[order[written - 1]!] === 0) written -= 1;
  bits += 3 * written + wordBits(frequencies, code);
  return { literals: literals.length, distances: distances.length, symbols, code, written, bits };
}

/** Run lengths over both alphabets at once: a run may reach from the literals into the distances. */
function runsOf(lengths: Uint8Array): number[] {
  const symbols: number[] = [];
  for (let at = 0, end = 0; at < lengths.length; at = end) {
    const length = lengths[at]!;
    while (end < lengths.length && lengths[end] === length) end += 1;
    addRun(symbols, length, end - at);
  }
  return symbols;
}

function addRun(symbols: number[], length: number, run: number): void {
  let left = run;
  const repeats = (symbol: number, least: number, most: number) => {
    for (; left >= least; left -= Math.min(left, most)) {
      symbols.push(symbol | ((Math.min(left, most) - least) << 8));
    }
  };
  if (length === 0) {
    repeats(repeatZeroLong, 11, 138);
    repeats(repeatZero, 3, 10);
  } else {
    symbols.push(length);
    left -= 1;
    repeats(repeatPrevious, 3, 6);
  }
  for (; left > 0; left--) symbols.push(length);
}

/** Opens a block that is not the last of its stream. */
export function writeCodeHeader(out: BitWriter, header: CodeHeader): void {
  out.bits(dynamicBlock, 3);
  out.bits(header.literals - 257, 5);
  out.bits(header.distances - 1, 5);
  out.bits(header.written - 4, 4);
  for (const symbol of order.slice(0, header.written)) out.bits(header.code.lengths[symbol]!, 3);
  for (const symbol of header.symbols) {
    out.symbol(header.code, symbol & 0xff);
    out.bits(symbol >> 8, extraBits[symbol & 0xff]!);
  }
}
