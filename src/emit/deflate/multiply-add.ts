/**
 * `a * b + c` of three float32, as the compiler of the encoder made it. Go rounds the product for amd64 and fuses both steps for arm64
 * (FMADDS, FNMSUBS), as its specification allows (https://go.dev/ref/spec#Floating_point_operators).
 */
export type MultiplyAdd = (a: number, b: number, c: number) => number;

const { fround } = Math;

/** The product is rounded, then the sum. */
export function plainMultiplyAdd(a: number, b: number, c: number): number {
  return fround(fround(a * b) + c);
}

/**
 * The exact result is rounded once; it must be finite. The product of two float32 is exact in a double. Where the sum of doubles was
 * rounded to the middle between two float32, the exact one lies to one side of it, which the rest of the sum tells (Knuth, TAOCP 2, 4.2.2, theorem B).
 */
export function fusedMultiplyAdd(a: number, b: number, c: number): number {
  const product = a * b;
  const sum = product + c;
  const nearest = fround(sum);
  const opposite = nearest + 2 * (sum - nearest);
  if (fround(opposite) !== opposite) return nearest;
  const addend = sum - product;
  const rest = product - (sum - addend) + (c - addend);
  if (rest === 0) return nearest;
  return rest > 0 ? Math.max(nearest, opposite) : Math.min(nearest, opposite);
}
