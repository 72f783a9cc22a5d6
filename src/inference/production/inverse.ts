/**
 * The structure hash backwards. Each step of FNV-1 is a bijection for a known byte, and eight unknown bytes in a row are the
 * points of a lattice in a small box: state after byte k is `state * prime + d` with `d = (low ^ byte) - low`, so the eight `d` solve one
 * linear equation modulo 2^64 and lie between -255 and 255.
 */
import {
  type Hash64,
  type HashGeneration,
  hashOne,
  hashStruct,
  xor,
} from '../../emit/sbom/production/hash.ts';

const prime = 0x100000001b3n;
const offsetBasis = 0xcbf29ce484222325n;
const mask = (1n << 64n) - 1n;

/**
 * A reduced basis (LLL, delta 0.99) of all `d` with `sum of d[k] * prime^(7 - k) = 0` modulo 2^64. Each row satisfies that
 * equation; the determinant is 2^64.
 */
const basis: readonly (readonly number[])[] = [
  [-131, 138, 113, -44, 58, -28, -54, 16],
  [-70, -10, 73, -40, -31, 19, -225, -122],
  [92, -69, 104, 146, 34, 28, 184, -27],
  [-6, 27, 59, -182, 64, 121, 81, 160],
  [137, 72, -22, 194, -171, 63, -21, 54],
  [-69, 24, 137, -68, -230, -121, -64, -5],
  [-178, 62, 63, 12, -84, -19, 152, -210],
  [167, 140, 41, -89, 125, 25, 5, -122],
];

/** The last row of the inverse of the basis, times 2^64, modulo 2^64: where the point (0, …, 0, t) lies in the basis. */
const lastRow: readonly bigint[] = [
  0x7742d0e0352837n,
  0xff9335d243b83c9bn,
  0xffff806eed01030cn,
  0x3a66fbe89cf290n,
  0x1fbe421ec9f5cdn,
  0x1d8400e7cde934n,
  0xff7ef34f97dbb15en,
  0xff9aedc3a2abcaeen,
];

interface Orthogonal {
  readonly vectors: readonly (readonly number[])[];
  readonly squares: readonly number[];
  readonly factors: readonly (readonly number[])[];
}

/** Gram-Schmidt of the basis. */
function orthogonalise(): Orthogonal {
  const vectors: number[][] = [];
  const squares: number[] = [];
  const factors: number[][] = [];
  for (const row of basis) {
    const own = vectors.map((vector, at) => dot(row, vector) / squares[at]!);
    const vector = row.map((value, k) =>
      own.reduce((left, factor, at) => left - factor * vectors[at]![k]!, value),
    );
    vectors.push(vector);
    squares.push(dot(vector, vector));
    factors.push(own);
  }
  return { vectors, squares, factors };
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, at) => sum + value * b[at]!, 0);
}

const { vectors, squares, factors } = orthogonalise();

/** All eight-byte words that lead from one state of FNV-1 to another; about one on average. */
function wordsBetween(from: bigint, to: bigint): bigint[] {
  let carried = from;
  for (let step = 0; step < 8; step += 1) carried = (carried * prime) & mask;
  const point = nearOrigin((to - carried) & mask);
  const words: bigint[] = [];
  for (const steps of stepsNear(point)) {
    const word = wordOf(from, steps);
    if (word !== undefined && word.state === to) words.push(word.word);
  }
  return words;
}

/** A solution of the equation for this sum, with small numbers. */
function nearOrigin(sum: bigint): number[] {
  const point = Array.from({ length: 8 }, () => 0);
  for (const [row, numerator] of lastRow.entries()) {
    const fraction = Number((sum * numerator) & mask) / 2 ** 64;
    for (let k = 0; k < 8; k += 1) point[k]! += fraction * basis[row]![k]!;
  }
  return point.map(Math.round);
}

const mostStep = 255;
/** The squared length of the corner of the box, and one. */
const mostSquare = 8 * mostStep * mostStep + 1;

/** Every point of the lattice's coset that lies in the box (Fincke and Pohst's enumeration). */
function stepsNear(point: readonly number[]): readonly number[][] {
  const center = vectors.map((vector, at) => dot(point, vector) / squares[at]!);
  const chosen = new Float64Array(8);
  const found: number[][] = [];
  // This is the hottest loop of a search, so no lists are made in it.
  const choose = (at: number, used: number): void => {
    if (at < 0) {
      const steps = boxed(point, chosen);
      if (steps !== undefined) found.push(steps);
      return;
    }
    const square = squares[at]!;
    let middle = center[at]!;
    for (let later = at + 1; later < 8; later += 1) middle -= chosen[later]! * factors[later]![at]!;
    const radius = Math.sqrt((mostSquare - used) / square);
    for (let z = Math.ceil(middle - radius); z <= middle + radius; z += 1) {
      const now = used + (z - middle) ** 2 * square;
      if (now > mostSquare) continue;
      chosen[at] = z;
      choose(at - 1, now);
    }
    chosen[at] = 0;
  };
  choose(7, 0);
  return found;
}

/** A point minus a combination of the basis; undefined outside the box. */
function boxed(point: readonly number[], combination: Float64Array): number[] | undefined {
  for (let k = 0; k < 8; k += 1) {
    if (Math.abs(coordinate(point, combination, k)) > mostStep) return undefined;
  }
  return point.map((_, k) => coordinate(point, combination, k));
}

function coordinate(point: readonly number[], combination: Float64Array, k: number): number {
  let value = point[k]!;
  for (let row = 0; row < 8; row += 1) value -= combination[row]! * basis[row]![k]!;
  return value;
}

/** The bytes that take these steps, and the state that they end in; undefined where a step leaves the bytes. */
function wordOf(from: bigint, steps: readonly number[]): { word: bigint; state: bigint } | undefined {
  let [state, word] = [from, 0n];
  for (const [at, step] of steps.entries()) {
    const carried = (state * prime) & mask;
    const low = Number(carried & 0xffn);
    const next = low + step;
    if (next < 0 || next > 255) return undefined;
    word |= BigInt(low ^ next) << BigInt(8 * at);
    state = carried + BigInt(step);
  }
  return { word, state };
}

/** All values whose `hashOne` is this. */
export function beforeOne(hash: Hash64): Hash64[] {
  return wordsBetween(offsetBasis, toBig(hash)).map(fromBig);
}

/** All values of the last field of a struct that give this hash. */
export function lastValues(
  {
    type,
    fields,
    last,
  }: { readonly type: string; readonly fields: readonly Hash64[]; readonly last: Hash64 },
  hash: Hash64,
): Hash64[] {
  const before = hashStruct(type, fields);
  const named = toBig(hashOne(last));
  return beforeOne(hash).flatMap((joined) => wordsBetween(named, toBig(xor(before, joined))).map(fromBig));
}

/** All joined hashes that, finished as a list in this generation, give this hash. */
export function beforeFinish(hash: Hash64, generation: HashGeneration): Hash64[] {
  return generation === 0 ? [hash] : beforeOne(hash);
}

function toBig({ high, low }: Hash64): bigint {
  return (BigInt(high) << 32n) | BigInt(low);
}

function fromBig(value: bigint): Hash64 {
  return { high: Number(value >> 32n), low: Number(value & 0xffffffffn) };
}
