/** The alphabets of deflate (RFC 1951 §3.2.5). */

/** Literals, the end-of-block symbol and 29 length symbols. */
export const literalSymbols = 286;
export const distanceSymbols = 30;
export const endOfBlock = 256;
export const maxMatch = 258;
/** The most bytes of a stored block, and the window of the level 5 encoder. */
export const maxStored = 65_535;

/** The symbol of the shortest length. */
export const firstLength = 257;
const minMatch = 3;

/** Extra bits behind each length symbol, from 257 on. */
export const lengthExtra = Uint8Array.of(
  ...[0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0],
);
/** Extra bits behind each distance symbol. */
export const distanceExtra = Uint8Array.from({ length: distanceSymbols }, (_, symbol) =>
  Math.max(0, (symbol >> 1) - 1),
);
/** The shortest length of each length symbol, from 257 on; the length 258 alone has the last symbol. */
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

/** Distances up to 256, then every 128th: from 257 on the symbols begin at multiples of 128 (plus 1). */
const distanceIndexes = new Uint8Array(512);
for (let symbol = 0; symbol < distanceSymbols; symbol++) {
  const before = distanceBase[symbol]! - 1;
  if (before < 256) distanceIndexes.fill(symbol, before, 256);
  distanceIndexes.fill(symbol, 256 + ((before + 127) >> 7));
}

export function distanceSymbol(distance: number): number {
  const before = distance - 1;
  return distanceIndexes[before < 256 ? before : 256 + (before >> 7)]!;
}

/** The number of symbols up to the last that occurs. */
export function usedSymbols(frequencies: Uint32Array): number {
  let count = frequencies.length;
  while (count > 0 && frequencies[count - 1] === 0) count -= 1;
  return count;
}
