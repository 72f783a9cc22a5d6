import type { PrefixCode } from './huffman.ts';
import {
  distanceBase,
  distanceExtra,
  distanceSymbol,
  endOfBlock,
  lengthBase,
  lengthExtra,
  lengthIndex,
} from './symbols.ts';

/** Most bytes that one token takes: 15 + 5 + 15 + 13 bits. */
const tokenBytes = 6;

/** A growing output that takes bits, lowest first (RFC 1951 §3.1.1). */
export class BitWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;
  /** Fewer than 16 bits that are not yet bytes. */
  #hold = 0;
  #held = 0;

  constructor(capacity = 4096) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** A value of `count` bits, at most 16. */
  bits(value: number, count: number): void {
    this.#reserve(2);
    this.#put((count << 16) | value);
  }

  /** One code word. */
  symbol(code: PrefixCode, symbol: number): void {
    this.#reserve(2);
    this.#put(code.words[symbol]!);
  }

  /** Fills the last byte with zero bits. */
  align(): void {
    const bytes = (this.#held + 7) >> 3;
    this.#reserve(bytes);
    for (let at = 0; at < bytes; at++) this.#bytes[this.#length++] = this.#hold >>> (8 * at);
    this.#hold = 0;
    this.#held = 0;
  }

  /** Whole bytes, from the next byte boundary on. */
  bytes(bytes: Uint8Array): void {
    this.align();
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** The code words and extra bits of tokens. */
  tokens(tokens: Uint32Array, literals: PrefixCode, distances: PrefixCode): void {
    this.#reserve(tokens.length * tokenBytes);
    for (let at = 0; at < tokens.length; at++) {
      const token = tokens[at]!;
      if (token < endOfBlock) {
        this.#put(literals.words[token]!);
        continue;
      }
      const length = token >>> 16;
      const index = lengthIndex(length);
      this.#put(literals.words[endOfBlock + 1 + index]!);
      this.#put((lengthExtra[index]! << 16) | (length - lengthBase[index]!));
      const distance = (token & 0xffff) + 1;
      const symbol = distanceSymbol(distance);
      this.#put(distances.words[symbol]!);
      this.#put((distanceExtra[symbol]! << 16) | (distance - distanceBase[symbol]!));
    }
  }

  /** The code words of bytes that are all literals. */
  literals(bytes: Uint8Array, code: PrefixCode): void {
    this.#reserve(bytes.length * 2);
    for (let at = 0; at < bytes.length; at++) this.#put(code.words[bytes[at]!]!);
  }

  /** A word of at most 16 bits with its length from bit 16 on; its room was reserved. */
  #put(word: number): void {
    let hold = this.#hold | ((word & 0xffff) << this.#held);
    let held = this.#held + (word >>> 16);
    if (held >= 16) {
      this.#bytes[this.#length++] = hold;
      this.#bytes[this.#length++] = hold >>> 8;
      hold >>>= 16;
      held -= 16;
    }
    this.#hold = hold;
    this.#held = held;
  }

  /** Room for so many bytes beyond those that the held bits become. */
  #reserve(bytes: number): void {
    const needed = this.#length + bytes + 2;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }

  /** The whole bytes written since the last call; bits that fill no byte yet stay. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    return taken;
  }
}
