import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sha256 } from '../../../src/digest.ts';
import { agreeingEncoders, gzipGo, gzipKlauspost, pgzip } from '../../../src/emit/deflate/encoders.ts';
import { deflateEncoders, traitsOfEncoder } from '../../../src/melange/deflate-encoder.ts';
import { goGoldens, klauspostGoldens, pgzipGoldens } from './goldens.ts';
import { inputOf } from './inputs.ts';
import { inputNear, nearDecisions } from './near-decisions.ts';
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
          agreeingEncoders(input, member, true, 'gzip'),
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
        const member = await collect(pgzip([input], { encoder: generation }));
        assert.equal(digest(member), expected, `${kind}, ${size} bytes, ${generation}`);
      }
    }
  });

  it('for both compiled for arm64, where they decide differently than for amd64', async () => {
    for (const near of nearDecisions) {
      const input = inputNear(near);
      for (const encoder of deflateEncoders) {
        const processor = traitsOfEncoder(encoder).arithmetic === 'fused' ? 'arm64' : 'amd64';
        const member = gzipKlauspost(input, encoder);
        assert.equal(digest(member), near.gzip[processor], `${near.parts}, ${encoder}`);
        assert.equal(digest(await collect(pgzip([input], { encoder }))), near.pgzip[processor], encoder);
        const agreeing = deflateEncoders.filter(
          (each) => each.endsWith('arm64') === encoder.endsWith('arm64'),
        );
        assert.deepEqual(agreeingEncoders(input, member, true, 'gzip', deflateEncoders), agreeing);
      }
    }
  });

  it('for compress/gzip of Go', () => {
    for (const [kind, size, expected] of goGoldens) {
      assert.equal(digest(gzipGo(inputOf(kind, size))), expected, `${kind}, ${size} bytes`);
    }
  });
});
