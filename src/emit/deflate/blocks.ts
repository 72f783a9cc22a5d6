/** The kinds of blocks that do not carry their own codes (RFC 1951 §3.2.4 and §3.2.6), and their sizes. */
import type { BitWriter } from './bit-writer.ts';
import { codedBits, fixedDistances, fixedLiterals } from './huffman.ts';
import { endOfBlock } from './symbols.ts';
import type { SymbolCounts } from './tokens.ts';

const storedHeader = 0b000;
const fixedHeader = 0b010;
const lastBlock = 0b001;
const empty = new Uint8Array(0);

/** The bits of a stored block as both encoders count them: whole bytes with a header of five bytes. */
export function storedBits(length: number): number {
  return (length + 5) * 8;
}

/** A stored block of at most 65,535 bytes. */
export function writeStored(out: BitWriter, bytes: Uint8Array, last = false): void {
  out.bits(storedHeader | (last ? lastBlock : 0), 3);
  out.align();
  out.bits(bytes.length, 16);
  out.bits(bytes.length ^ 0xffff, 16);
  out.bytes(bytes);
}

/** An empty stored block: brings the stream to a byte boundary, or ends it. */
export function writeMarker(out: BitWriter, last: boolean): void {
  writeStored(out, empty, last);
}

/** Bits of a block in the fixed codes. */
export function fixedBits(counts: SymbolCounts): number {
  return 3 + codedBits(counts, fixedLiterals, fixedDistances);
}

/** A whole block in the fixed codes. */
export function writeFixed(out: BitWriter, tokens: Int32Array, last = false): void {
  out.bits(fixedHeader | (last ? lastBlock : 0), 3);
  out.tokens(tokens, fixedLiterals, fixedDistances);
  out.symbol(fixedLiterals, endOfBlock);
}
