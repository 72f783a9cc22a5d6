/**
 * The match finder of klauspost/compress level 5 (flate/level5.go, v1.15.10 to v1.19.x): a table with the
 * last position of each 4 bytes and one with the last two positions of each 7 bytes.
 */
import { maxMatch, maxStored } from './symbols.ts';
import { matchToken } from './tokens.ts';

const tableBits = 15;
/** Distances stay below this. */
const reach = 1 << 15;
/** Positions of an empty slot are out of reach from everywhere. */
const nowhere = -2 * reach;
/** The search stops this many bytes before the end of a window. */
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
  readonly #tokens = new Int32Array(maxStored);
  #view: DataView = new DataView(new ArrayBuffer(0));

  /** Starts a stream over `bytes`; its first `dictionary` bytes are only history. */
  begin(bytes: Uint8Array, dictionary = 0): void {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#short.fill(nowhere);
    this.#long.fill(nowhere);
    if (dictionary > 0) this.tokens(0, dictionary);
  }

  /**
   * The tokens of the window from `from` to `to` (which follows that of the last call), none if it has no
   * match. They are overwritten by the next call.
   *
   * One long method: with its state in local variables it takes a fifth less time than with fields that methods share.
   */
  tokens(from: number, to: number): Int32Array {
    const view = this.#view;
    const short = this.#short;
    const long = this.#long;
    const tokens = this.#tokens;
    const stop = to - margin;
    let count = 0;
    let emitted = from;
    let at = from;
    for (;;) {
      // Goes on in growing steps to a position with candidates: those of the long table come first.
      let next = at + 1 + ((at - emitted) >> 6);
      let source = -1;
      let other = -1;
      let near = -1;
      for (; next <= stop; next = at + 1 + ((at - emitted) >> 6)) {
        const low = view.getInt32(at, true);
        const slot = longSlot(low, view.getInt32(at + 4, true));
        const last = long[slot]!;
        const previous = long[slot + 1]!;
        const shortAt = shortSlot(low);
        near = short[shortAt]!;
        short[shortAt] = at;
        long[slot] = at;
        long[slot + 1] = last;
        if (at - last < reach) {
          if (at - previous < reach && view.getInt32(previous, true) === low) source = previous;
          if (view.getInt32(last, true) === low) {
            other = source;
            source = last;
          }
          if (source >= 0) break;
        }
        if (at - near < reach && view.getInt32(near, true) === low) break;
        at = next;
      }
      if (next > stop) break;

      // The next position is stored whether it will be part of the match or not.
      const nextLow = view.getInt32(next, true);
      const nextSlot = longSlot(nextLow, view.getInt32(next + 4, true));
      const nextLast = long[nextSlot]!;
      const nextPrevious = long[nextSlot + 1]!;
      short[shortSlot(nextLow)] = next;
      long[nextSlot] = next;
      long[nextSlot + 1] = nextLast;

      let start = at;
      let length = 4;
      if (source < 0) {
        // A candidate of the short table is replaced by a strictly longer one at the next position.
        source = near;
        length = measure(view, at, source, to);
        if (next - nextLast < reach) {
          const isLast = view.getInt32(nextLast, true) === nextLow;
          const lastLength = isLast ? measure(view, next, nextLast, to) : 0;
          if (lastLength > length) {
            start = next;
            source = nextLast;
            length = lastLength;
          } else if (next - nextPrevious < reach && view.getInt32(nextPrevious, true) === nextLow) {
            const previousLength = measure(view, next, nextPrevious, to);
            if (previousLength > length) {
              start = next;
              source = nextPrevious;
              length = previousLength;
            }
          }
        }
      } else if (other >= 0) {
        length = measure(view, at, source, to);
        const otherLength = measure(view, at, other, to);
        if (otherLength > length) {
          source = other;
          length = otherLength;
        }
      }
      // A single candidate of the long table was not measured yet, and the others up to 258 bytes.
      if (length === 4 || length === maxMatch) {
        length += equalBytes(view, start + length, source + length, to);
      }

      // The bytes at the match's end may point to a longer one. Its first two bytes are not compared; they come
      // back when it is extended backwards.
      const after = start + length;
      if (length < longEnough && after < stop) {
        const slot = longSlot(view.getInt32(after, true), view.getInt32(after + 4, true));
        const longer = long[slot]! - length + 2;
        const distance = start + 2 - longer;
        if (longer >= 0 && distance > 0 && distance < reach) {
          const longerLength = equalBytes(view, start + 2, longer, to);
          if (longerLength > length) {
            start += 2;
            source = longer;
            length = longerLength;
          }
        }
      }
      const end = start + length;
      const back = start - source;
      const least = Math.max(emitted, back);
      while (start > least && view.getUint8(start - 1) === view.getUint8(start - 1 - back)) start -= 1;

      count = addLiterals(tokens, count, view, emitted, start);
      count = addMatch(tokens, count, end - start, back);
      emitted = end;
      at = next >= end ? next + 1 : end;
      if (at >= stop) break;
      storeMatch(view, short, long, at - (end - start) + 1, at - 1);
    }
    if (count > 0) count = addLiterals(tokens, count, view, emitted, to);
    return tokens.subarray(0, count);
  }
}

/** Length of a match whose first 4 bytes are known to be equal, at most 258. */
function measure(view: DataView, at: number, source: number, end: number): number {
  return 4 + equalBytes(view, at + 4, source + 4, Math.min(end, at + maxMatch));
}

function equalBytes(view: DataView, from: number, source: number, end: number): number {
  const back = from - source;
  let at = from;
  for (; at + 4 <= end; at += 4) {
    const difference = view.getInt32(at, true) ^ view.getInt32(at - back, true);
    if (difference !== 0) return at - from + ((31 - Math.clz32(difference & -difference)) >> 3);
  }
  while (at < end && view.getUint8(at) === view.getUint8(at - back)) at += 1;
  return at - from;
}

/** Appends bytes to the first `count` tokens; returns how many there are then. */
function addLiterals(tokens: Int32Array, count: number, view: DataView, from: number, to: number): number {
  const shift = count - from;
  for (let at = from; at < to; at++) tokens[at + shift] = view.getUint8(at);
  return to + shift;
}

/** Appends a match, cut so that no piece of a long one is shorter than 4. */
function addMatch(tokens: Int32Array, count: number, length: number, distance: number): number {
  let next = count;
  for (let left = length; left > 0; ) {
    const piece = left <= maxMatch ? left : left <= maxMatch + 3 ? maxMatch - 3 : maxMatch;
    tokens[next++] = matchToken(piece, distance);
    left -= piece;
  }
  return next;
}

/** Stores the positions inside a match, in each table a third of them but for the first ones, and its last. */
function storeMatch(view: DataView, short: Int32Array, long: Int32Array, from: number, last: number): void {
  if (from < last) {
    storeBoth(view, short, long, from);
    let at = from + 1;
    do {
      storeLong(view, long, at);
      short[shortSlot(view.getInt32(at + 1, true))] = at + 1;
      at += 3;
    } while (at < last);
  }
  storeBoth(view, short, long, last);
}

function storeBoth(view: DataView, short: Int32Array, long: Int32Array, at: number): void {
  short[shortSlot(view.getInt32(at, true))] = at;
  storeLong(view, long, at);
}

function storeLong(view: DataView, long: Int32Array, at: number): void {
  const slot = longSlot(view.getInt32(at, true), view.getInt32(at + 4, true));
  long[slot + 1] = long[slot]!;
  long[slot] = at;
}
