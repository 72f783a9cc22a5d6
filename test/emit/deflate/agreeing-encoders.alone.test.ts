import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import {
  agreeingEncoders,
  type Framing,
  gzipGo,
  gzipKlauspost,
  pgzip,
} from '../../../src/emit/deflate/encoders.ts';
import type { DeflateGeneration } from '../../../src/melange/format.ts';
import { inputOf } from './inputs.ts';
import { collect, generations } from './support.ts';

/** Each generation writes something else for this; the last two hardly ever differ, but do for this one. */
const input = Buffer.concat([inputOf('drifting', 969_100), inputOf('mixed', 200_000)]);

async function encode(framing: Framing, raw: Uint8Array, generation: DeflateGeneration): Promise<Uint8Array> {
  return framing === 'gzip' ? gzipKlauspost(raw, generation) : collect(pgzip([raw], { encoder: generation }));
}

for (const framing of ['gzip', 'pgzip'] as const) {
  describe(`the generations that agree with a ${framing} member`, () => {
    it('are the one that wrote it, where the generations differ', async () => {
      for (const generation of generations) {
        const member = await encode(framing, input, generation);
        assert.deepEqual(agreeingEncoders(input, member, true, framing), [generation]);
      }
    });

    it('are all of them where all write the same', async () => {
      for (const size of [0, 10, 100, 5000]) {
        const raw = inputOf('text', size);
        const member = await encode(framing, raw, 'v1.18.2');
        assert.deepEqual(agreeingEncoders(raw, member, true, framing), generations, `${size} bytes`);
      }
    });

    it('include the one that wrote it, whatever prefixes are known', async () => {
      const member = await encode(framing, input, 'v1.18.1');
      const parts = [0, 9, 65_535, 65_536, 1 << 20, (1 << 20) + 1];
      for (const rawSize of parts) {
        for (const size of [0, 11, 40_000, member.length]) {
          const agreeing = agreeingEncoders(
            input.subarray(0, rawSize),
            member.subarray(0, size),
            false,
            framing,
          );
          assert.ok(agreeing.includes('v1.18.1'), `${rawSize} bytes of content, ${size} of the member`);
        }
      }
    });

    it('are distinguished by prefixes that hold a difference', async () => {
      const member = await encode(framing, input, 'v1.15.10');
      const prefix = input.subarray(0, 1_100_000);
      assert.deepEqual(agreeingEncoders(prefix, member, false, framing), ['v1.15.10']);
    });

    it('are none if a bit is different, or an end is missing or added', async () => {
      const raw = inputOf('text', 100_000);
      const member = await encode(framing, raw, 'v1.18.2');
      const none = (bytes: Uint8Array, why: string) =>
        assert.deepEqual(agreeingEncoders(raw, bytes, true, framing), [], why);
      for (const at of [0, 4, 10, member.length >> 1, member.length - 8, member.length - 1]) {
        const changed = Uint8Array.from(member);
        changed[at]! ^= 1;
        none(changed, `byte ${at}`);
      }
      none(member.subarray(0, -1), 'cut');
      none(Buffer.concat([member, Buffer.alloc(1)]), 'longer');
    });

    it('are none for other programs', () => {
      const raw = inputOf('text', 100_000);
      for (const other of [gzipGo(raw), gzipSync(raw)]) {
        assert.deepEqual(agreeingEncoders(raw, other, true, framing), []);
        assert.deepEqual(agreeingEncoders(raw.subarray(0, 70_000), other, false, framing), []);
      }
    });
  });
}
