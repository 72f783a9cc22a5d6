import type { MultiplyAdd } from './multiply-add.ts';
import { distanceSymbols, endOfBlock, literalSymbols } from './symbols.ts';
import type { SymbolCounts } from './tokens.ts';

const float = new Float32Array(1);
const bitsOfFloat = new Int32Array(float.buffer);
const { fround } = Math;

const quadratic = fround(-0.34484843);
const linear = fround(2.02466578);
const constant = fround(-0.67487759);

/** An approximate binary logarithm in float32. */
function log2(value: number, multiplyAdd: MultiplyAdd): number {
  float[0] = value;
  const bits = bitsOfFloat[0]!;
  bitsOfFloat[0] = (bits & 0x807fffff) + (127 << 23);
  const mantissa = float[0]!;
  const exponent = ((bits >> 23) & 255) - 128;
  const curve = multiplyAdd(multiplyAdd(quadratic, mantissa, linear), mantissa, constant);
  return fround(exponent + curve);
}

/**
 * The size in bits that klauspost/compress expects of these symbols in codes of their own, without the
 * header: a Shannon sum in float32, where no symbol costs less than 1 bit or more than 15 (flate/token.go, `EstimatedBits`).
 */
export function estimateBits(counts: SymbolCounts, tokens: number, multiplyAdd: MultiplyAdd): number {
  let sum = fround(0);
  const add = (frequencies: Uint32Array, from: number, to: number, total: number) => {
    const inverse = fround(1 / fround(total));
    for (let symbol = from; symbol < to; symbol++) {
      const frequency = frequencies[symbol]!;
      if (frequency === 0) continue;
      const cost = Math.min(15, Math.max(1, -log2(fround(frequency * inverse), multiplyAdd)));
      sum = multiplyAdd(cost, frequency, sum);
    }
  };
  add(counts.literals, 0, endOfBlock, tokens);
  sum = fround(sum + 15);
  add(counts.literals, endOfBlock + 1, literalSymbols, tokens);
  add(counts.distances, 0, distanceSymbols, matchesIn(counts));
  return Math.trunc(sum) + counts.extraBits;
}

function matchesIn(counts: SymbolCounts): number {
  let matches = 0;
  for (let symbol = 0; symbol < distanceSymbols; symbol++) matches += counts.distances[symbol]!;
  return matches;
}
