/**
 * Prefix codes of limited length, chosen among equally good ones as Go's compress/flate and
 * klauspost/compress do: package-merge over the symbols sorted by frequency and then by number, where a
 * symbol goes before a package only if it is strictly rarer.
 */
import { distanceSymbols, literalSymbols } from './symbols.ts';
import type { SymbolCounts } from './tokens.ts';

/** The longest code word of literals and distances. */
export const maxCodeLength = 15;

export interface PrefixCode {
  /** Bits of each symbol's code word; 0 where it has none. */
  readonly lengths: Uint8Array;
  /** Each symbol's code word in the order of transmission (first bit lowest), its length from bit 16 on. */
  readonly words: Uint32Array;
}

/** The code for symbols that occur this often. */
export function prefixCode(frequencies: Uint32Array, limit: number): PrefixCode {
  return codeOf(limitedLengths(frequencies, limit));
}

/** The canonical code of given lengths (RFC 1951 §3.2.2). */
function codeOf(lengths: Uint8Array): PrefixCode {
  const next = new Uint16Array(maxCodeLength + 2);
  for (const length of lengths) if (length > 0) next[length + 1]! += 1;
  for (let length = 1; length < next.length; length++)
    next[length] = (next[length]! + next[length - 1]!) << 1;
  const words = new Uint32Array(lengths.length);
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol]!;
    if (length === 0) continue;
    words[symbol] = (length << 16) | reverse(next[length]!, length);
    next[length]! += 1;
  }
  return { lengths, words };
}

function reverse(word: number, length: number): number {
  let reversed = 0;
  for (let bit = 0; bit < length; bit++) reversed |= ((word >> bit) & 1) << (length - 1 - bit);
  return reversed;
}

/** Code lengths of at most `limit` bits. One or two symbols get one bit each. */
function limitedLengths(frequencies: Uint32Array, limit: number): Uint8Array {
  const lengths = new Uint8Array(frequencies.length);
  const keys = rarestFirst(frequencies);
  const count = keys.length;
  if (count <= 2) {
    for (let rank = 0; rank < count; rank++) lengths[keys[rank]! & symbolMask] = 1;
    return lengths;
  }
  const rounds = Math.min(limit, count - 1);
  mergeRounds(keys, rounds);
  // Of the last round the first 2n-2 items count; each symbol among them, and among the items that their
  // packages stand for, is one bit longer.
  let items = 2 * count - 2;
  for (let round = rounds - 1; round >= 0; round--) {
    const leaves = leavesBefore[round * mostItems + items]!;
    for (let rank = 0; rank < leaves; rank++) lengths[keys[rank]! & symbolMask]! += 1;
    items = 2 * (items - leaves);
  }
  return lengths;
}

/** A key is a symbol and, in the bits above it, how often it occurs: the order of the keys is that of the merge. */
const symbolBits = 9;
const symbolMask = (1 << symbolBits) - 1;

/** Keys of the symbols that occur, the rarest first. */
function rarestFirst(frequencies: Uint32Array): Uint32Array {
  const keys = new Uint32Array(frequencies.length);
  let count = 0;
  for (let symbol = 0; symbol < frequencies.length; symbol++) {
    if (frequencies[symbol]! > 0) keys[count++] = (frequencies[symbol]! << symbolBits) | symbol;
  }
  return keys.subarray(0, count).sort();
}

/** More than all symbols of a block together. */
const mostWeight = 2 ** 30;
const mostItems = 2 * literalSymbols;
// These are kept from call to call: allocating them took each call longer than the merge itself.
/** For each round of package-merge and each i: how many of the round's first i items are symbols. */
const leavesBefore = new Uint16Array(maxCodeLength * mostItems);
/** The weights of the items of two rounds that follow each other. */
const evenItems = new Uint32Array(mostItems);
const oddItems = new Uint32Array(mostItems);

/** Fills `leavesBefore` for symbols with these keys. */
function mergeRounds(keys: Uint32Array, rounds: number): void {
  const symbols = keys.length;
  let packages = 0;
  for (let round = 0; round < rounds; round++) {
    const items = round % 2 === 0 ? evenItems : oddItems;
    const before = round % 2 === 0 ? oddItems : evenItems;
    const leaves = leavesBefore.subarray(round * mostItems, (round + 1) * mostItems);
    const count = symbols + packages;
    let leaf = 0;
    let pair = 0;
    for (let item = 0; item < count; item++) {
      leaves[item] = leaf;
      const own = leaf < symbols ? keys[leaf]! >>> symbolBits : mostWeight;
      const merged = pair < packages ? before[2 * pair]! + before[2 * pair + 1]! : mostWeight;
      if (own < merged) {
        items[item] = own;
        leaf += 1;
      } else {
        items[item] = merged;
        pair += 1;
      }
    }
    leaves[count] = leaf;
    packages = count >> 1;
  }
}

/** Bits of the code words of symbols that occur this often; symbols without a word are not counted. */
export function wordBits(frequencies: Uint32Array, code: PrefixCode): number {
  let bits = 0;
  for (let symbol = 0; symbol < frequencies.length; symbol++) {
    bits += frequencies[symbol]! * code.lengths[symbol]!;
  }
  return bits;
}

/** Bits of tokens in these codes. */
export function codedBits(counts: SymbolCounts, literals: PrefixCode, distances: PrefixCode): number {
  return wordBits(counts.literals, literals) + wordBits(counts.distances, distances) + counts.extraBits;
}

/** Whether every symbol that occurs has a code word. */
export function covers(code: PrefixCode, frequencies: Uint32Array): boolean {
  for (let symbol = 0; symbol < frequencies.length; symbol++) {
    if (frequencies[symbol]! > 0 && (code.lengths[symbol] ?? 0) === 0) return false;
  }
  return true;
}

/** The fixed codes (RFC 1951 §3.2.6). */
export const fixedLiterals = codeOf(
  Uint8Array.from({ length: 288 }, (_, symbol) =>
    symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8,
  ),
);
export const fixedDistances = codeOf(new Uint8Array(distanceSymbols).fill(5));
