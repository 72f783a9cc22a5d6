import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { undoContentEncoding } from '../../src/formats/content-encoding.ts';
import { mutated, randomOf } from '../support/mutate.ts';

const most = 1 << 20;
/** A frame of zstd with one stored block (RFC 8878 §3.1.1). */
function zstdOf(content: Uint8Array): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(content.length);
  const block = Buffer.alloc(3);
  block.writeUIntLE((content.length << 3) | 1, 0, 3);
  return Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0]), size, block, content]);
}

const codings: readonly (readonly [name: string, encode: (content: Uint8Array) => Uint8Array])[] = [
  ['', (content) => content],
  ['identity', (content) => content],
  ['gzip', gzipSync],
  ['X-GZIP', gzipSync],
  ['deflate', deflateSync],
  ['deflate', deflateRawSync],
  ['br', brotliCompressSync],
  ['zstd', zstdOf],
  ['gzip, br', (content) => brotliCompressSync(gzipSync(content))],
];

describe('a content encoding', () => {
  for (const [name, encode] of codings)
    it(`is undone: ${name || 'none'} by ${encode.name}`, () =>
      fc.assert(
        fc.property(fc.uint8Array({ minLength: 1, maxLength: 5000 }), (content) => {
          const undone = undoContentEncoding(encode(content), name, most);
          return typeof undone !== 'string' && Buffer.from(content).equals(undone);
        }),
        { numRuns: 50 },
      ));

  for (const [name, encode] of codings)
    it(`gives no more than the bound: ${name || 'none'} by ${encode.name}`, () =>
      assert.equal(undoContentEncoding(encode(Buffer.alloc(100_000)), name, 50_000), 'too-large'));

  for (const name of ['compress', 'gzip, gzip, gzip', 'br;q=1'])
    it(`that is not known is not undone: ${name}`, () =>
      assert.equal(undoContentEncoding(gzipSync('a'), name, most), 'not-read'));

  it('that is damaged is said to be, or gives something within the bound', () => {
    const random = randomOf(3);
    for (const [name, encode] of codings)
      for (let run = 0; run < 200; run += 1) {
        const undone = undoContentEncoding(
          mutated(encode(Buffer.from('content '.repeat(50))), random),
          name,
          most,
        );
        assert.ok(typeof undone === 'string' || undone.length <= most);
      }
  });
});
