import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { decodeBzip2 } from '../../src/formats/bzip2.ts';
import { skipUnless } from '../support/lab.ts';
import { mutated, randomOf } from '../support/mutate.ts';
import { samples } from '../support/samples.ts';

const found = spawnSync('bzip2', ['--help']).status === 0;
const skip = skipUnless(found, 'bzip2 is not installed');

function compress(content: Uint8Array, level = 9): Buffer {
  return spawnSync('bzip2', [`-${level}`, '-c'], { input: content, maxBuffer: 2 ** 30 }).stdout;
}

describe('bzip2', () => {
  it('is read', () => {
    const content = decodeBzip2(samples.bzip2.published, () => undefined);
    assert.equal(Buffer.from(content!).toString(), 'line one\nbuilt by published\nline three\n');
  });

  const random = randomOf(1);
  const contents: Readonly<Record<string, Buffer>> = {
    empty: Buffer.alloc(0),
    'one byte': Buffer.from('a'),
    runs: Buffer.concat(Array.from({ length: 600 }, (_, at) => Buffer.alloc(at, at))),
    noise: Buffer.from(Array.from({ length: 250_000 }, () => random(256))),
    zeros: Buffer.alloc(3_000_000),
  };
  for (const [name, content] of Object.entries(contents)) {
    it(`gives what bzip2 was given: ${name}`, { skip }, () => {
      for (const level of [1, 9]) {
        const decoded = decodeBzip2(compress(content, level), () => undefined);
        assert.ok(content.equals(decoded!), `level ${level}`);
      }
    });
  }

  it('reads streams one behind the other', { skip }, () => {
    const both = Buffer.concat([compress(Buffer.from('one')), compress(Buffer.from('two'))]);
    assert.equal(Buffer.from(decodeBzip2(both, () => undefined)!).toString(), 'onetwo');
  });

  it('refuses what does not match its check sums, and ends', () => {
    for (let seed = 0; seed < 1000; seed += 1) {
      const damaged = mutated(samples.bzip2.published, randomOf(seed));
      const content = decodeBzip2(damaged, () => undefined);
      if (content !== undefined) assert.ok(content.length <= 1000, `seed ${seed}`);
    }
  });
});
