import type { PrefixCode } from './huffman.ts';
import { distanceExtra, endOfBlock, firstLength, lengthExtra } from './symbols.ts';
import { distanceExtraOf, distanceOf, lengthExtraOf, literalOf, pieceOfTokens } from './tokens.ts';

/** Most bytes that one token takes: 15 + 5 + 15 + 13 bits. */
const tokenBytes = 6;
/** Bytes written at once. */
const stepBytes = 4;
/** A mask that leaves, of a number of held bits, those in whole bytes. */
const wholeBytes = 24;

/**
 * A growing output that takes bits, lowest first (RFC 1951 §3.1.1). After each word four bytes are written, and the position
 * moves on by those that are full: whether any is full cannot be predicted by the processor, so a test would take longer.
 */
export class BitWriter {
  #view: DataView<ArrayBuffer>;
  /** Whole bytes that are written. */
  #length = 0;
  /** Fewer than 8 bits that are not yet a byte. */
  #hold = 0;
  #held = 0;

  constructor(capacity = 4096) {
    this.#view = new DataView(new ArrayBuffer(capacity));
  }

  /** Writes a value of `count` bits, at most 16. */
  bits(value: number, count: number): void {
    this.#reserve(2);
    const hold = this.#hold | (value << this.#held);
    const held = this.#held + count;
    this.#view.setInt32(this.#length, hold, true);
    this.#length += held >> 3;
    this.#hold = hold >>> (held & wholeBytes);
    this.#held = held & 7;
  }

  /** Writes one code word. */
  symbol(code: PrefixCode, symbol: number): void {
    const word = code.words[symbol]!;
    this.bits(word & 0xffff, word >>> 16);
  }

  /** Fills the last byte with zero bits. */
  align(): void {
    this.bits(0, -this.#held & 7);
  }

  /** Writes whole bytes, from the next byte boundary on. */
  bytes(bytes: Uint8Array): void {
    this.align();
    this.#reserve(bytes.length);
    new Uint8Array(this.#view.buffer).set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Writes the code words and extra bits of tokens. */
  tokens(tokens: Int32Array, literals: PrefixCode, distances: PrefixCode): void {
    this.#reserve(tokens.length * tokenBytes);
    for (let at = 0; at < tokens.length; at += pieceOfTokens) {
      this.#tokens(tokens, at, Math.min(tokens.length, at + pieceOfTokens), literals.words, distances.words);
    }
  }

  #tokens(
    tokens: Int32Array,
    from: number,
    to: number,
    literalWords: Uint32Array,
    distanceWords: Uint32Array,
  ): void {
    const view = this.#view;
    let length = this.#length;
    let hold = this.#hold;
    let held = this.#held;
    for (let at = from; at < to; at++) {
      const token = tokens[at]!;
      const literal = literalOf(token);
      let word = literalWords[literal]!;
      hold |= (word & 0xffff) << held;
      held += word >>> 16;
      if (literal > endOfBlock) {
        // At most 7 + 15 + 5 bits.
        hold |= lengthExtraOf(token) << held;
        held += lengthExtra[literal - firstLength]!;
        view.setInt32(length, hold, true);
        length += held >> 3;
        hold >>>= held & wholeBytes;
        held &= 7;
        const distance = distanceOf(token);
        word = distanceWords[distance]!;
        hold |= (word & 0xffff) << held;
        held += word >>> 16;
        view.setInt32(length, hold, true);
        length += held >> 3;
        hold >>>= held & wholeBytes;
        held &= 7;
        hold |= distanceExtraOf(token) << held;
        held += distanceExtra[distance]!;
      }
      view.setInt32(length, hold, true);
      length += held >> 3;
      hold >>>= held & wholeBytes;
      held &= 7;
    }
    this.#length = length;
    this.#hold = hold;
    this.#held = held;
  }

  /** Reserves room for this many bytes, and for those that a step writes beyond them. */
  #reserve(bytes: number): void {
    const needed = this.#length + bytes + stepBytes + 1;
    if (needed <= this.#view.byteLength) return;
    const grown = new Uint8Array(Math.max(needed, this.#view.byteLength * 2));
    grown.set(new Uint8Array(this.#view.buffer, 0, this.#length));
    this.#view = new DataView(grown.buffer);
  }

  /** The whole bytes written since the last call; bits that do not yet fill a byte stay. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = new Uint8Array(this.#view.buffer.slice(0, this.#length));
    this.#length = 0;
    return taken;
  }
}
