/**
 * The match finder of klauspost/compress level 5 (flate/level5.go, v1.15.10 to v1.19.x): a table with the
 * last position of each 4 bytes and one with the last two positions of each 7 bytes.
 */
import { matchToken, maxMatch, maxStored } from './symbols.ts';

const tableBits = 15;
/** Distances stay below this. */
const reach = 1 << 15;
/** Positions of an empty slot are out of reach from everywhere. */
const nowhere = -2 * reach;
/** The search stops so many bytes before the end of a window. */
const margin = 11;
/** Matches below this length are tried against the one that the bytes at their end point to. */
const longEnough = 30;

/** The slot of 4 bytes: a multiplicative hash by the prime 2654435761. */
function shortSlot(low: number): number {
  return Math.imul(low, 0x9e3779b1) >>> (32 - tableBits);
}

/**
 * The slot of 7 of 8 bytes: the top 15 bits of (bytes << 8) * 0xcf1bbcdcbfa563 modulo 2^64. With the 24 low bits
 * as x, the upper half of the product is x * 0xdcbfa563 / 2^24 + x * 0xcf1bbc00 + (the other 32 bits) * 0xdcbfa563;
 * the first factor is split so that each product is exact.
 */
function longSlot(low: number, high: number): number {
  const x = low & 0xffffff;
  const fraction = (x * (0xbfa563 / 0x1000000)) | 0;
  const rest = (high << 8) | (low >>> 24);
  const upper = fraction + Math.imul(x, 0xcf1bbcdc) + Math.imul(rest, 0xdcbfa563);
  return (upper >>> (32 - tableBits)) << 1;
}

/** Finds the matches of one stream, window after window. */
export class Level5Matcher {
  readonly #short = new Int32Array(1 << tableBits);
  /** Two positions for each slot: the last and the one before. */
  readonly #long = new Int32Array(2 << tableBits);
  readonly #tokens = new Uint32Array(maxStored);
  #count = 0;
  #view: DataView = new DataView(new ArrayBuffer(0));

  // The match in hand: where it starts, where its bytes were before, its length (0: not measured yet), and
  // the position after its start that the search has already stored.
  #start = 0;
  #source = 0;
  #length = 0;
  #stored = 0;

  /** Starts a stream over `bytes`; its first `dictionary` bytes are only history. */
  begin(bytes: Uint8Array, dictionary = 0): void {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#short.fill(nowhere);
    this.#long.fill(nowhere);
    if (dictionary > 0) this.tokens(0, dictionary);
  }

  /**
   * The tokens of the window from `from` to `to` (the next after the last call's), none at all if it has no
   * match. They are overwritten by the next call.
   */
  tokens(from: number, to: number): Uint32Array {
    const stop = to - margin;
    let emitted = from;
    let at = from;
    this.#count = 0;
    while (this.#search(at, stop, emitted, to)) {
      this.#lengthen(stop, to);
      this.#extendBack(emitted);
      this.#addLiterals(emitted, this.#start);
      this.#addMatch(this.#length, this.#start - this.#source);
      emitted = this.#start + this.#length;
      at = this.#stored >= emitted ? this.#stored + 1 : emitted;
      if (at >= stop) break;
      this.#index(at - this.#length + 1, at);
    }
    if (this.#count > 0) this.#addLiterals(emitted, to);
    return this.#tokens.subarray(0, this.#count);
  }

  /** Goes on to the next position with a candidate, in growing steps; false at the stop line. */
  #search(from: number, stop: number, emitted: number, end: number): boolean {
    const view = this.#view;
    const long = this.#long;
    const short = this.#short;
    for (let at = from; ; ) {
      const next = at + 1 + ((at - emitted) >> 6);
      if (next > stop) return false;
      const low = view.getInt32(at, true);
      const slot = longSlot(low, view.getInt32(at + 4, true));
      const last = long[slot]!;
      const previous = long[slot + 1]!;
      const shortAt = shortSlot(low);
      const near = short[shortAt]!;
      short[shortAt] = at;
      long[slot] = at;
      long[slot + 1] = last;
      if (at - last < reach) {
        const second = at - previous < reach && view.getInt32(previous, true) === low;
        const first = view.getInt32(last, true) === low;
        if (first || second) {
          this.#takeLong(at, first ? last : previous, first && second ? previous : -1, next, end);
          return true;
        }
      }
      if (at - near < reach && view.getInt32(near, true) === low) {
        this.#takeShort(at, near, next, end);
        return true;
      }
      at = next;
    }
  }

  /** Takes a candidate of the long table, or the other one (if not -1) where that is strictly longer. */
  #takeLong(at: number, source: number, other: number, next: number, end: number): void {
    this.#store(next);
    this.#take(at, source, 0, next);
    if (other >= 0) {
      this.#length = this.#measure(at, source, end);
      const length = this.#measure(at, other, end);
      if (length > this.#length) this.#take(at, other, length, next);
    }
  }

  /** Takes a candidate of the short table, unless the next position has a strictly longer one. */
  #takeShort(at: number, source: number, next: number, end: number): void {
    const view = this.#view;
    const low = view.getInt32(next, true);
    const slot = longSlot(low, view.getInt32(next + 4, true));
    const last = this.#long[slot]!;
    const previous = this.#long[slot + 1]!;
    this.#store(next);
    this.#take(at, source, this.#measure(at, source, end), next);
    if (next - last >= reach) return;
    for (const candidate of [last, previous]) {
      if (next - candidate >= reach || view.getInt32(candidate, true) !== low) continue;
      const length = this.#measure(next, candidate, end);
      if (length <= this.#length) continue;
      this.#take(next, candidate, length, next);
      break;
    }
  }

  #take(start: number, source: number, length: number, stored: number): void {
    this.#start = start;
    this.#source = source;
    this.#length = length;
    this.#stored = stored;
  }

  /** Length of a match whose first 4 bytes are known to be equal, at most 258. */
  #measure(at: number, source: number, end: number): number {
    return 4 + this.#equalBytes(at + 4, source + 4, Math.min(end, at + maxMatch));
  }

  #equalBytes(from: number, source: number, end: number): number {
    const view = this.#view;
    const back = from - source;
    let at = from;
    for (; at + 4 <= end; at += 4) {
      const difference = view.getInt32(at, true) ^ view.getInt32(at - back, true);
      if (difference !== 0) return at - from + ((31 - Math.clz32(difference & -difference)) >> 3);
    }
    while (at < end && view.getUint8(at) === view.getUint8(at - back)) at += 1;
    return at - from;
  }

  /** Measures to the window's end, then tries the match that the bytes at this one's end point to. */
  #lengthen(stop: number, end: number): void {
    const view = this.#view;
    if (this.#length === 0 || this.#length === maxMatch) {
      const known = Math.max(4, this.#length);
      this.#length = known + this.#equalBytes(this.#start + known, this.#source + known, end);
    }
    const after = this.#start + this.#length;
    if (this.#length >= longEnough || after >= stop) return;
    // The first two bytes are not compared; they come back when the match is extended backwards.
    const at = this.#start + 2;
    const slot = longSlot(view.getInt32(after, true), view.getInt32(after + 4, true));
    const source = this.#long[slot]! - this.#length + 2;
    const distance = at - source;
    if (source < 0 || distance <= 0 || distance >= reach) return;
    const length = this.#equalBytes(at, source, end);
    if (length > this.#length) this.#take(at, source, length, this.#stored);
  }

  #extendBack(emitted: number): void {
    const view = this.#view;
    const least = Math.max(0, this.#start - reach);
    while (
      this.#start > emitted &&
      this.#source > least &&
      view.getUint8(this.#start - 1) === view.getUint8(this.#source - 1)
    ) {
      this.#start -= 1;
      this.#source -= 1;
      this.#length += 1;
    }
  }

  #addLiterals(from: number, to: number): void {
    for (let at = from; at < to; at++) this.#tokens[this.#count++] = this.#view.getUint8(at);
  }

  /** Long matches are cut so that no piece is shorter than 4. */
  #addMatch(length: number, distance: number): void {
    let left = length;
    while (left > 0) {
      const piece = left <= maxMatch ? left : left <= maxMatch + 3 ? maxMatch - 3 : maxMatch;
      this.#tokens[this.#count++] = matchToken(piece, distance);
      left -= piece;
    }
  }

  /** Stores positions inside a match (every third but for the first ones) and the last before its end. */
  #index(from: number, end: number): void {
    if (from < end - 1) {
      this.#store(from);
      this.#storeLong(from + 1);
      this.#storeShort(from + 2);
      for (let at = from + 4; at < end - 1; at += 3) {
        this.#storeLong(at);
        this.#storeShort(at + 1);
      }
    }
    this.#store(end - 1);
  }

  #store(at: number): void {
    this.#storeShort(at);
    this.#storeLong(at);
  }

  #storeShort(at: number): void {
    this.#short[shortSlot(this.#view.getInt32(at, true))] = at;
  }

  #storeLong(at: number): void {
    const slot = longSlot(this.#view.getInt32(at, true), this.#view.getInt32(at + 4, true));
    this.#long[slot + 1] = this.#long[slot]!;
    this.#long[slot] = at;
  }
}
