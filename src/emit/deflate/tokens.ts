/**
 * The tokens that the match finders hand to the block writers. One is a literal byte (0 to 255), or a match in its
 * symbols, so that they are looked up once: from the lowest bit on 9 bits for the symbol of the length, 5 for that of
 * the distance plus 1 (0 in literals), 5 and 13 for the values of their extra bits. As signed numbers they are never
 * too large for V8's small integers.
 */
import {
  distanceBase,
  distanceExtra,
  distanceSymbol,
  distanceSymbols,
  firstLength,
  lengthBase,
  lengthExtra,
  literalSymbols,
  maxMatch,
} from './symbols.ts';

const distanceShift = 9;
const lengthExtraShift = distanceShift + 5;
const distanceExtraShift = lengthExtraShift + 5;

/** The part of a token that gives the length. */
const lengthTokens = new Int32Array(maxMatch + 1);
for (let index = 0; index < lengthBase.length; index++) {
  const base = lengthBase[index]!;
  const end = lengthBase[index + 1] ?? maxMatch + 1;
  for (let length = base; length < end; length++) {
    lengthTokens[length] = (firstLength + index) | ((length - base) << lengthExtraShift);
  }
}

/** The token of a match of 3 to 258 bytes. */
export function matchToken(length: number, distance: number): number {
  const symbol = distanceSymbol(distance);
  const extra = distance - distanceBase[symbol]!;
  return lengthTokens[length]! | ((symbol + 1) << distanceShift) | (extra << distanceExtraShift);
}

/** The literal, or the symbol of a match's length. */
export function literalOf(token: number): number {
  return token & 0x1ff;
}

/** The symbol of a match's distance, -1 for a literal. */
export function distanceOf(token: number): number {
  return ((token >>> distanceShift) & 0x1f) - 1;
}

/** The value of the extra bits of a match's length. */
export function lengthExtraOf(token: number): number {
  return (token >>> lengthExtraShift) & 0x1f;
}

/** The value of the extra bits of a match's distance. */
export function distanceExtraOf(token: number): number {
  return token >>> distanceExtraShift;
}

/**
 * Loops over tokens run in pieces of this size. V8 compiles a loop while it runs; if it has not yet seen how the loop
 * ends, that code is thrown away at the end, which happened for each block.
 */
export const pieceOfTokens = 1024;

/** How often each symbol occurs, and the extra bits that the matches need in any codes. */
export interface SymbolCounts {
  readonly literals: Uint32Array;
  readonly distances: Uint32Array;
  readonly extraBits: number;
}

/** Counts the symbols of tokens; the end-of-block symbol is left at 0. */
export function countSymbols(tokens: Int32Array): SymbolCounts {
  const literals = new Uint32Array(literalSymbols);
  // Literals count as distance -1: distinguishing them from matches would take longer.
  const distancesFromNone = new Uint32Array(1 + distanceSymbols);
  for (let at = 0; at < tokens.length; at += pieceOfTokens) {
    const end = Math.min(tokens.length, at + pieceOfTokens);
    addCounts(tokens, at, end, literals, distancesFromNone);
  }
  const distances = distancesFromNone.subarray(1);
  const extraBits = extraBitsOf(literals.subarray(firstLength), lengthExtra);
  return { literals, distances, extraBits: extraBits + extraBitsOf(distances, distanceExtra) };
}

function addCounts(
  tokens: Int32Array,
  from: number,
  to: number,
  literals: Uint32Array,
  distancesFromNone: Uint32Array,
): void {
  for (let at = from; at < to; at++) {
    const token = tokens[at]!;
    literals[literalOf(token)]! += 1;
    distancesFromNone[distanceOf(token) + 1]! += 1;
  }
}

function extraBitsOf(frequencies: Uint32Array, extra: Uint8Array): number {
  let bits = 0;
  for (let symbol = 0; symbol < extra.length; symbol++) bits += frequencies[symbol]! * extra[symbol]!;
  return bits;
}
