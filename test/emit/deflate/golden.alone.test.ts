import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sha256 } from '../../../src/digest.ts';
import { agreeingGenerations, gzipGo, gzipKlauspost, pgzip } from '../../../src/emit/deflate/index.ts';
import { goGoldens, klauspostGoldens, pgzipGoldens } from './goldens.ts';
import { inputOf } from './inputs.ts';
import { collect } from './support.ts';

const digest = (member: Uint8Array) => sha256(member).slice(0, 32);

describe('the bytes of the real programs are written', () => {
  it('for klauspost/compress gzip, whose generations are told apart', () => {
    for (const [generations, kind, size, expected] of klauspostGoldens) {
      const input = inputOf(kind, size);
      for (const generation of generations) {
        const member = gzipKlauspost(input, generation);
        assert.equal(digest(member), expected, `${kind}, ${size} bytes, ${generation}`);
        assert.deepEqual(
          agreeingGenerations(input, member, true, 'gzip'),
          generations,
          `${kind}, ${size} bytes`,
        );
      }
    }
  });

  it('for klauspost/pgzip', async () => {
    for (const [generations, kind, size, expected] of pgzipGoldens) {
      const input = inputOf(kind, size);
      for (const generation of generations) {
        const member = await collect(pgzip([input], { generation }));
        assert.equal(digest(member), expected, `${kind}, ${size} bytes, ${generation}`);
      }
    }
  });

  it('for compress/gzip of Go', () => {
    for (const [kind, size, expected] of goGoldens) {
      assert.equal(digest(gzipGo(inputOf(kind, size))), expected, `${kind}, ${size} bytes`);
    }
  });
});
