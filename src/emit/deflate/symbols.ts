/** The alphabets of deflate (RFC 1951 §3.2.5) and the tokens that the match finders hand to the block writers. */

/** Literals, the end-of-block symbol and 29 length symbols. */
export const literalSymbols = 286;
export const distanceSymbols = 30;
export const endOfBlock = 256;
export const maxMatch = 258;
/** What a stored block can carry, and the window of the level 5 encoder. */
export const maxStored = 65_535;

const firstLength = 257;
const minMatch = 3;

/** Extra bits behind each length symbol, from 257 on. */
export const lengthExtra = Uint8Array.of(
  ...[0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0],
);
/** Extra bits behind each distance symbol. */
export const distanceExtra = Uint8Array.from({ length: distanceSymbols }, (_, symbol) =>
  Math.max(0, (symbol >> 1) - 1),
);
/** The shortest length of each length symbol, from 257 on; 258 has the last symbol for itself. */
export const lengthBase = Uint16Array.from([...running(lengthExtra, minMatch).slice(0, -1), maxMatch]);
/** The shortest distance of each distance symbol. */
export const distanceBase = Uint16Array.from(running(distanceExtra, 1));

function running(extra: Uint8Array, first: number): number[] {
  let next = first;
  return Array.from(extra, (bits) => {
    const base = next;
    next += 1 << bits;
    return base;
  });
}

const lengthIndexes = new Uint8Array(maxMatch + 1);
for (let index = 0; index < lengthBase.length; index++) lengthIndexes.fill(index, lengthBase[index]);

/** Distances up to 256, then every 128th: from 257 on the symbols begin at multiples of 128 (plus 1). */
const distanceIndexes = new Uint8Array(512);
for (let symbol = 0; symbol < distanceSymbols; symbol++) {
  const before = distanceBase[symbol]! - 1;
  if (before < 256) distanceIndexes.fill(symbol, before, 256);
  distanceIndexes.fill(symbol, 256 + ((before + 127) >> 7));
}

/** Index of a length's symbol behind 257. */
export function lengthIndex(length: number): number {
  return lengthIndexes[length]!;
}

export function distanceSymbol(distance: number): number {
  const before = distance - 1;
  return distanceIndexes[before < 256 ? before : 256 + (before >> 7)]!;
}

/**
 * A token is a literal byte (0 to 255) or a match: the length (3 to 258) in the bits from 16 on, the
 * distance less 1 below.
 */
export function matchToken(length: number, distance: number): number {
  return (length << 16) | (distance - 1);
}

/** How often each symbol occurs, and the extra bits that the matches need whatever the codes. */
export interface SymbolCounts {
  readonly literals: Uint32Array;
  readonly distances: Uint32Array;
  readonly extraBits: number;
}

/** Counts the symbols of tokens; the end-of-block symbol is left at 0. */
export function countSymbols(tokens: Uint32Array): SymbolCounts {
  const literals = new Uint32Array(literalSymbols);
  const distances = new Uint32Array(distanceSymbols);
  let extraBits = 0;
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]!;
    if (token < endOfBlock) {
      literals[token]! += 1;
      continue;
    }
    const length = lengthIndexes[token >>> 16]!;
    const distance = distanceSymbol((token & 0xffff) + 1);
    literals[firstLength + length]! += 1;
    distances[distance]! += 1;
    extraBits += lengthExtra[length]! + distanceExtra[distance]!;
  }
  return { literals, distances, extraBits };
}

/** How many symbols there are up to the last that occurs. */
export function usedSymbols(frequencies: Uint32Array): number {
  let count = frequencies.length;
  while (count > 0 && frequencies[count - 1] === 0) count -= 1;
  return count;
}
