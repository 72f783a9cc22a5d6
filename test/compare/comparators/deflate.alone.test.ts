import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { constants, deflateRawSync } from 'node:zlib';
import { BlockList, compareDeflateStreams } from '../../../src/compare/comparators/deflate.ts';
import { mutated, randomOf } from '../../support/mutate.ts';

function blocksOf(stream: Uint8Array, pieceBytes: number) {
  const list = new BlockList();
  for (let at = 0; at < stream.length; at += pieceBytes) {
    if (!list.write(stream.subarray(at, at + pieceBytes))) break;
  }
  return list.end();
}

function text(length: number, seed: number): Buffer {
  const random = randomOf(seed);
  return Buffer.from(Array.from({ length }, () => 97 + random(8) * random(3)));
}

describe('blocks of a deflate stream', () => {
  const strategies = Object.entries({
    dynamic: constants.Z_DEFAULT_STRATEGY,
    fixed: constants.Z_FIXED,
    huffman: constants.Z_HUFFMAN_ONLY,
  });
  for (const [name, strategy] of strategies) {
    for (const level of [0, 1, 9]) {
      it(`cover the stream and its content: ${name}, level ${level}`, () => {
        const content = text(300_000, level);
        const stream = deflateRawSync(content, { level, strategy });
        for (const pieceBytes of [1000, 4096, stream.length]) {
          const { blocks } = blocksOf(stream, pieceBytes);
          assert.equal(
            blocks.reduce((sum, { size }) => sum + size, 0),
            content.length,
          );
          const last = blocks.at(-1)!;
          assert.ok(last.last);
          assert.equal(Math.ceil((last.start + last.length) / 8), stream.length);
        }
      });
    }
  }

  it('end where a stream is damaged, whatever the damage', () => {
    const stream = deflateRawSync(text(20_000, 1));
    for (let seed = 0; seed < 500; seed += 1) blocksOf(mutated(stream, randomOf(seed)), 4096);
  });

  it('name the first block that differs', () => {
    const content = text(300_000, 2);
    const [left, right] = [1, 9].map((level) => blocksOf(deflateRawSync(content, { level }), 4096));
    const place = compareDeflateStreams(left!, right!, 0).at(-1);
    assert.match(place?.published ?? '', /^block 1, dynamic/);
  });
});
