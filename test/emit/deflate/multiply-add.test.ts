import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { fusedMultiplyAdd, plainMultiplyAdd } from '../../../src/emit/deflate/multiply-add.ts';

/**
 * The bits of a, b, c, of a * b + c and of a * b - c as a program of Go 1.26.8 for arm64 gave them (FMADDS, FNMSUBS; run by qemu-aarch64 7.2). In the
 * first rows the product must not be rounded, in the others the sum must not be rounded to a double.
 */
const ofArm64: readonly (readonly [number, number, number, number, number])[] = [
  [0x40f91cb2, 0xbe502374, 0x3f1c9737, 0xbf787c6a, 0xc00c6ab6],
  [0x3dfa77d4, 0x3d84be54, 0xc351068d, 0xc3510485, 0x43510895],
  [0xbbd48000, 0x41860001, 0xbbfcf8cd, 0xbdee458e, 0xbdcea675],
  [0xbc23f590, 0xbfb0ab5a, 0xb90c74a6, 0x3c601b51, 0x3c647ef6],
  [0xc0cf1000, 0x42710001, 0x3ca2d9d6, 0xc3c2eb85, 0xc3c2f09c],
  [0x40cbb52d, 0xc0916681, 0x3e0f882d, 0xc1e6474e, 0xc1e8856f],
  [0x429a280b, 0x3ed20236, 0xbfb54a67, 0x41f197b5, 0x42042081],
  [0x42c890b7, 0xbf9c7e4e, 0x3bf8960e, 0xc2f53265, 0xc2f53a2a],
  [0x41317c2f, 0x3e1877e1, 0xb76d1138, 0x3fd3693b, 0x3fd36a28],
  [0xbd9f1a93, 0x3e2c8d7e, 0x390e9b2c, 0xbc544129, 0xbc58b602],
  [0x3f92e000, 0x3d8a0001, 0x3b738230, 0x3da5f593, 0x3d96bd70],
  [0xc25f1a46, 0xc2400da7, 0xc4653ffc, 0x44dc1f37, 0x4560af99],
  [0x4b000097, 0x3f7ffed2, 0x57491476, 0x57491476, 0xd7491476],
  [0x4380005d, 0x3f7fff46, 0x4f928e4b, 0x4f928e4b, 0xcf928e4b],
  [0x4a80000d, 0x3f7fffe6, 0xd6902d91, 0xd6902d91, 0x56902d91],
  [0x3d80001d, 0x3f7fffc6, 0xc9e8029b, 0xc9e8029b, 0x49e8029b],
  [0x338000b5, 0x3f7ffe96, 0xbfdf27e7, 0xbfdf27e7, 0x3fdf27e7],
  [0x3e80000d, 0x3f7fffe6, 0xcae70603, 0xcae70603, 0x4ae70603],
  [0x3080005f, 0x3f7fff42, 0x3c922363, 0x3c922363, 0xbc922363],
  [0x40800045, 0x3f7fff76, 0xccdfa3c7, 0xccdfa3c7, 0x4cdfa3c7],
  [0x3300002e, 0x3f7fffa4, 0xbf695a81, 0xbf695a81, 0x3f695a81],
  [0x4b800096, 0x3f7ffed4, 0xd7ad7655, 0xd7ad7655, 0x57ad7655],
  [0x4b000032, 0x3f7fff9c, 0x576e29f9, 0x576e29f9, 0xd76e29f9],
  [0x40000094, 0x3f7ffed8, 0x4c602569, 0x4c602569, 0xcc602569],
  [0x3c8000bf, 0x3f7ffe82, 0x48b9885d, 0x48b9885d, 0xc8b9885d],
];

const view = new DataView(new ArrayBuffer(8));

function float(bits: number): number {
  view.setUint32(0, bits);
  return view.getFloat32(0);
}

/** A float32 as `mantissa * 2^exponent`. */
interface Rational {
  readonly mantissa: bigint;
  readonly exponent: number;
}

function rational(value: number): Rational {
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & ((1n << 52n) - 1n);
  const magnitude = biased === 0 ? fraction : fraction | (1n << 52n);
  return { mantissa: bits >> 63n === 0n ? magnitude : -magnitude, exponent: Math.max(biased, 1) - 1075 };
}

/** `a * b + c` in integers, rounded once to 24 bits, to the even one of two that are as near (IEEE 754, 4.3.1). */
function exactMultiplyAdd(a: number, b: number, c: number): number {
  const [x, y, z] = [rational(a), rational(b), rational(c)];
  const exponent = Math.min(x.exponent + y.exponent, z.exponent);
  const sum =
    ((x.mantissa * y.mantissa) << BigInt(x.exponent + y.exponent - exponent)) +
    (z.mantissa << BigInt(z.exponent - exponent));
  const magnitude = sum < 0n ? -sum : sum;
  const dropped = Math.max(0, magnitude.toString(2).length - 24);
  const unit = 1n << BigInt(dropped);
  const [whole, rest] = [magnitude / unit, magnitude % unit];
  const up = 2n * rest > unit || (2n * rest === unit && whole % 2n === 1n);
  const rounded = Number(whole + (up ? 1n : 0n)) * 2 ** (exponent + dropped);
  return sum < 0n ? -rounded : rounded;
}

/** Floats whose products and sums are neither infinite nor subnormal. */
const floats = fc
  .record({
    mantissa: fc.integer({ min: -(2 ** 24), max: 2 ** 24 }),
    exponent: fc.integer({ min: -40, max: 20 }),
  })
  .map(({ mantissa, exponent }) => mantissa * 2 ** exponent);

/** The exact sum is within 2^-29 of the middle between two floats, so a double of it is that middle. */
const nearMiddles = fc
  .record({
    near: fc.integer({ min: 1, max: 200 }),
    large: fc.integer({ min: 2 ** 23, max: 2 ** 24 - 1 }),
    exponent: fc.integer({ min: -30, max: 30 }),
    sign: fc.constantFrom(1, -1),
  })
  .map(({ near, large, exponent, sign }): [number, number, number] => [
    (1 + near / 2 ** 23) * 2 ** exponent,
    1 - near / 2 ** 23,
    sign * 2 * large * 2 ** exponent,
  ]);

const triples = fc.oneof(fc.tuple(floats, floats, floats), nearMiddles);

describe('a fused multiply-add', () => {
  it('gives what a processor of arm64 gives', () => {
    for (const [a, b, c, sum, difference] of ofArm64) {
      const [x, y, z] = [float(a), float(b), float(c)];
      assert.equal(fusedMultiplyAdd(x, y, z), float(sum), `${x} * ${y} + ${z}`);
      assert.equal(fusedMultiplyAdd(x, y, -z), float(difference), `${x} * ${y} - ${z}`);
    }
  });

  it('is the exact result, rounded once', () => {
    fc.assert(
      fc.property(triples, ([a, b, c]) => {
        // Zeros of both signs are equal here; no estimate depends on them.
        assert.ok(fusedMultiplyAdd(a, b, c) === exactMultiplyAdd(a, b, c), `${a} * ${b} + ${c}`);
      }),
      { numRuns: 20_000 },
    );
  });

  it('differs from one whose product is rounded, and from one whose sum is rounded to a double', () => {
    const differing = (other: (a: number, b: number, c: number) => number) =>
      ofArm64.filter(([a, b, c, sum]) => other(float(a), float(b), float(c)) !== float(sum)).length;
    assert.equal(differing(plainMultiplyAdd), 24);
    assert.equal(
      differing((a, b, c) => Math.fround(a * b + c)),
      12,
    );
  });
});
