import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  deflateEncoders,
  deflateGenerations,
  encodersFor,
  traitsOfEncoder,
} from '../../src/melange/deflate-encoder.ts';
import { parseArchitecture } from '../../src/names.ts';

const architectures = ['x86_64', 'aarch64', 'riscv64'].map((name) => parseArchitecture(name)!);
const [x86, arm] = architectures as [(typeof architectures)[0], (typeof architectures)[0]];

describe('the encoders of a package', () => {
  it('are all that there are, each once, whatever the architecture and the generation', () => {
    for (const architecture of architectures) {
      for (const generation of deflateGenerations) {
        assert.deepEqual([...encodersFor(generation, architecture)].sort(), [...deflateEncoders].sort());
      }
    }
  });

  it('begin with that of the version of melange, as it is compiled for the architecture', () => {
    for (const generation of deflateGenerations) {
      assert.equal(encodersFor(generation, x86)[0], generation);
      assert.deepEqual(encodersFor(generation, arm).slice(0, 2), [`${generation}-arm64`, generation]);
    }
  });

  it('of amd64 come before those of arm64 for x86_64', () => {
    const arithmetics = encodersFor('v1.18.2', x86).map((each) => traitsOfEncoder(each).arithmetic);
    assert.deepEqual(arithmetics, ['plain', 'plain', 'plain', 'fused', 'fused', 'fused']);
  });

  it('are named by their generation and, for arm64, the processor', () => {
    for (const encoder of deflateEncoders) {
      const { generation, arithmetic } = traitsOfEncoder(encoder);
      assert.equal(encoder, arithmetic === 'fused' ? `${generation}-arm64` : generation);
    }
  });
});
