import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
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

describe('a stream of 300 MiB', () => {
  const encoder = new URL('../../../src/emit/deflate/encoders.js', import.meta.url).href;
  const inputs = new URL('./inputs.js', import.meta.url).href;

  for (const threads of [1, 2]) {
    it(`takes at most 256 MiB of memory, threads: ${threads}`, async () => {
      const program = `
        import { pgzip } from '${encoder}';
        import { inputOf } from '${inputs}';
        function* pieces() {
          for (let piece = 0; piece < 300; piece++) yield inputOf('copies', 1 << 20, piece);
        }
        for await (const part of pgzip(pieces(), { encoder: 'v1.18.2', threads: ${threads} })) part.length;
        console.log(process.resourceUsage().maxRSS);
      `;
      const { stdout } = await promisify(execFile)(process.execPath, [
        '--input-type=module',
        '--eval',
        program,
      ]);
      const mebibytes = Number(stdout) / 1024;
      assert.ok(mebibytes > 0 && mebibytes <= 256, `${mebibytes} MiB`);
    });
  }
});
