import { describe, it } from 'node:test';
import { inputOf, kinds } from './inputs.ts';
import {
  assertInflates,
  assertInflatesAtRandom,
  assertSameOfThreads,
  blockEdges,
  encoders,
  pgzips,
  windowEdges,
} from './round-trip.ts';

const block = 1 << 20;

describe('what the encoders write inflates to its input', () => {
  it('for 100,000 random inputs', () => assertInflatesAtRandom(100_000, 2));

  for (const kind of kinds) {
    it(`at the edges of windows and blocks: ${kind}`, async () => {
      for (const size of windowEdges) {
        const input = inputOf(kind, size);
        for (const [name, encode] of encoders) await assertInflates(input, encode, () => `${name}, ${size}`);
      }
      for (const [index, size] of blockEdges.entries()) {
        const [name, encode] = pgzips[index % pgzips.length]!;
        await assertInflates(inputOf(kind, size), encode, () => `${name}, ${size}`);
      }
    });
  }
});

describe('several threads write what one writes', () => {
  for (const kind of ['zeros', 'random', 'text', 'mixed'] as const) {
    for (const threads of [2, 3, 8]) {
      it(`${kind}, ${threads} threads`, async () => {
        for (const size of [8 * block - 1, 8 * block, 8 * block + 1, 17 * block + 100_000]) {
          await assertSameOfThreads(kind, size, threads);
        }
      });
    }
  }
});
