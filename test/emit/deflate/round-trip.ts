/** What every encoder has to keep to, for inputs at random and for those whose size lies at an edge. */
import assert from 'node:assert/strict';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { gzipGo, gzipKlauspost, pgzip } from '../../../src/emit/deflate/encoders.ts';
import { inputOf, type Kind, kinds } from './inputs.ts';
import { collect, generations } from './support.ts';

const windowSize = 65_535;
const blockSize = 1 << 20;
/** Around an edge: where the last window is stored, is not searched, or is too short for a match. */
const aroundEdges = [-1, 0, 1, 12, 13, 32, 33, 127, 128];

/** Sizes at the edges of the windows, which are the same for all encoders of klauspost/compress. */
export const windowEdges: readonly number[] = [1, 2, 3].flatMap((windows) =>
  aroundEdges.map((more) => windows * windowSize + more),
);
/** Sizes at the edges of pgzip's blocks, and of the windows that begin with a block. */
export const blockEdges: readonly number[] = [
  blockSize,
  blockSize + windowSize,
  2 * blockSize - 16,
  2 * blockSize,
  3 * blockSize,
].flatMap((edge) => aroundEdges.map((more) => edge + more));

type Encoder = (input: Uint8Array) => Uint8Array | Promise<Uint8Array>;

export const pgzips: readonly [string, Encoder][] = generations.map((generation) => [
  `pgzip, ${generation}`,
  (input) => collect(pgzip([input], { encoder: generation })),
]);
export const encoders: readonly [string, Encoder][] = [
  ['gzip of Go', gzipGo],
  ...generations.map((generation): [string, Encoder] => [
    `gzip, ${generation}`,
    (input) => gzipKlauspost(input, generation),
  ]),
  ...pgzips,
];

export async function assertInflates(
  input: Uint8Array,
  encode: Encoder,
  describe: () => string,
): Promise<void> {
  assert.ok(gunzipSync(await encode(input)).equals(input), describe());
}

/** Mostly small, as what matters happens within few bytes, and some at the edges of windows. */
const randomSize = fc.oneof(
  { weight: 60, arbitrary: fc.nat(600) },
  { weight: 38, arbitrary: fc.nat(12_000) },
  { weight: 2, arbitrary: fc.constantFrom(...windowEdges) },
);

/** Inflates what a random encoder wrote for random content of two kinds, `runs` times. */
export async function assertInflatesAtRandom(runs: number, seed: number): Promise<void> {
  const cases = fc.record({
    encoder: fc.constantFrom(...encoders),
    size: randomSize,
    kinds: fc.tuple(fc.constantFrom(...kinds), fc.constantFrom(...kinds)),
    cut: fc.double({ min: 0, max: 1, noNaN: true }),
    seed: fc.nat(),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ encoder: [name, encode], size, kinds: [first, second], cut, seed }) => {
      const before = Math.floor(size * cut);
      const input = Buffer.concat([inputOf(first, before, seed), inputOf(second, size - before, seed + 1)]);
      await assertInflates(input, encode, () => name);
    }),
    { numRuns: runs, seed },
  );
}

/** Several threads write the bytes that one writes. */
export async function assertSameOfThreads(kind: Kind, size: number, threads: number): Promise<void> {
  const input = inputOf(kind, size);
  const generation = generations[size % generations.length]!;
  const one = await collect(pgzip([input], { encoder: generation, threads: 1 }));
  const several = await collect(pgzip([input], { encoder: generation, threads }));
  assert.ok(one.equals(several), `${kind}, ${size} bytes, ${threads} threads`);
}
