import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { pgzip } from '../../../src/emit/deflate/encoders.ts';
import { inputOf } from './inputs.ts';
import { collect, generations } from './support.ts';

const mebibyte = 1 << 20;
const emitter = new URL('../../../src/emit/deflate/encoders.js', import.meta.url).href;

/** Runs a program as a process, since only that shows whether something keeps it alive. */
async function run(program: string): Promise<string> {
  const args = ['--input-type=module', '--eval', `import { pgzip } from '${emitter}';\n${program}`];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 20_000 });
  return stdout.trim();
}

describe('pgzip', () => {
  it('inflates to its input', async () => {
    const sizes = [0, 1, 127, 128, mebibyte - 1, mebibyte, mebibyte + 1];
    for (const [index, size] of sizes.entries()) {
      const input = inputOf('mixed', size);
      const generation = generations[index % generations.length]!;
      const compressed = await collect(pgzip([input], { encoder: generation }));
      assert.ok(gunzipSync(compressed).equals(input), `${size} bytes, ${generation}`);
    }
  });

  it('does not depend on how the input is cut', async () => {
    const input = inputOf('mixed', mebibyte + 100_000);
    const whole = await collect(pgzip([input], { encoder: 'v1.18.2' }));
    const cuts = fc.array(fc.nat(input.length), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(cuts, async (positions) => {
        const sorted = [0, ...positions.sort((a, b) => a - b), input.length];
        const chunks = sorted.slice(1).map((end, index) => input.subarray(sorted[index], end));
        assert.ok(whole.equals(await collect(pgzip(chunks, { encoder: 'v1.18.2' }))));
      }),
      { numRuns: 5 },
    );
  });

  it('does not depend on the number of threads', async () => {
    for (const size of [300_000, 8 * mebibyte + 4321]) {
      const input = inputOf('copies', size);
      const one = await collect(pgzip([input], { encoder: 'v1.15.10', threads: 1 }));
      const two = await collect(pgzip([input], { encoder: 'v1.15.10', threads: 2 }));
      assert.ok(one.equals(two), `${size} bytes`);
    }
  });

  it('closes its input and its workers when the iteration ends early', async () => {
    const output = await run(`
      let closed = false;
      async function* endless() {
        try { for (;;) yield new Uint8Array(1 << 20); } finally { closed = true; }
      }
      let parts = 0;
      for await (const part of pgzip(endless(), { encoder: 'v1.18.2', threads: 2 })) {
        parts += 1;
        if (parts === 12) break;
      }
      console.log(parts, closed);
    `);
    assert.equal(output, '12 true');
  });

  it('passes on what its input throws, with workers at work', async () => {
    async function* failing() {
      for (let block = 0; block < 10; block++) yield new Uint8Array(mebibyte);
      throw new RangeError('no more');
    }
    await assert.rejects(collect(pgzip(failing(), { encoder: 'v1.18.2', threads: 2 })), RangeError);
  });

  it('does not keep the process alive when it is abandoned', async () => {
    const output = await run(`
      const blocks = Array.from({ length: 20 }, () => new Uint8Array(1 << 20));
      const parts = pgzip(blocks, { encoder: 'v1.18.2', threads: 2 });
      for (let part = 0; part < 3; part++) await parts.next();
      console.log('left');
    `);
    assert.equal(output, 'left');
  });
});
