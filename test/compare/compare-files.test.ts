import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareFiles } from '../../src/compare/compare-files.ts';
import { sourceOf } from '../support/apk-builder.ts';

function compare(left: Uint8Array, right: Uint8Array, sizes: readonly [number, number] = [3, 5]) {
  return compareFiles(sourceOf(left, sizes[0]), sourceOf(right, sizes[1]));
}

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

test('files are equal exactly where their bytes are, however they are cut', async () => {
  const piece = fc.integer({ min: 1, max: 40 });
  const bytes = fc.uint8Array({ maxLength: 120 });
  await fc.assert(
    fc.asyncProperty(bytes, bytes, piece, piece, async (left, right, a, b) => {
      const same = await compare(left, Uint8Array.from(left), [a, b]);
      assert.ok(same.equal);
      assert.deepEqual({ ...same.proof }, { sha256: digestOf(left), size: left.length });
      const other = await compare(left, right, [a, b]);
      assert.equal(other.equal, Buffer.compare(left, right) === 0);
      if (other.equal) return;
      let at = 0;
      while (at < left.length && at < right.length && left[at] === right[at]) at += 1;
      assert.equal(other.firstDifference, at);
      assert.deepEqual(other.published, { sha256: digestOf(left), size: left.length });
      assert.deepEqual(other.rebuilt, { sha256: digestOf(right), size: right.length });
    }),
  );
});

test('a file that continues where the other one ends differs at that end', async () => {
  const cases: [left: string, right: string, at: number][] = [
    ['', 'a', 0],
    ['a', '', 0],
    ['abc', 'abcd', 3],
    ['abcd', 'abc', 3],
    ['abc\0', 'abc', 3],
    ['xbc', 'abc', 0],
    ['abx', 'abc', 2],
  ];
  for (const [left, right, at] of cases) {
    for (const sizes of [
      [1, 1],
      [1, 9],
      [9, 1],
      [2, 3],
    ] as const) {
      const result = await compare(Buffer.from(left), Buffer.from(right), sizes);
      assert.ok(!result.equal);
      assert.equal(result.firstDifference, at, `${left} and ${right}`);
    }
  }
});

test('a file that cannot be read to its end is equal to nothing', async () => {
  const bytes = Buffer.from('abc');
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield bytes;
    throw new Error('the disk');
  }
  await assert.rejects(compareFiles({ name: 'a', open: broken }, sourceOf(bytes)), { message: 'the disk' });
  await assert.rejects(compareFiles(sourceOf(bytes), { name: 'a', open: broken }), { message: 'the disk' });
});
