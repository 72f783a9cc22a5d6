import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { differingRanges } from '../../../src/compare/comparators/binary.ts';
import { Work } from '../../../src/compare/comparators/comparator.ts';
import { defaultCompareLimits } from '../../../src/compare/compare-limits.ts';
import { mutated, randomOf } from '../../support/mutate.ts';

function rangesOf(published: Uint8Array, rebuilt: Uint8Array, most = 1000) {
  return differingRanges(published, rebuilt, most, { work: new Work(defaultCompareLimits) });
}

function noise(length: number, seed: number): Buffer {
  const random = randomOf(seed);
  return Buffer.from(Array.from({ length }, () => random(256)));
}

describe('ranges of bytes that differ', () => {
  it('lead from the published bytes to the rebuilt ones', () => {
    for (let seed = 0; seed < 500; seed += 1) {
      const random = randomOf(seed);
      const published = noise(random(4000), seed);
      const rebuilt = mutated(published, random);
      const { ranges, complete } = rangesOf(published, rebuilt);
      assert.ok(complete);
      const pieces: Uint8Array[] = [];
      let at = 0;
      for (const { publishedStart, publishedEnd, rebuiltStart, rebuiltEnd } of ranges) {
        pieces.push(published.subarray(at, publishedStart), rebuilt.subarray(rebuiltStart, rebuiltEnd));
        at = publishedEnd;
      }
      pieces.push(published.subarray(at));
      assert.ok(Buffer.concat(pieces).equals(rebuilt), `seed ${seed}`);
    }
  });

  const base = noise(100_000, 7);
  const cases: readonly (readonly [what: string, rebuilt: Buffer, ranges: readonly (readonly number[])[]])[] =
    [
      ['one byte in place', Buffer.from(base).fill(base[500]! ^ 1, 500, 501), [[500, 501, 500, 501]]],
      [
        'bytes inserted',
        Buffer.concat([base.subarray(0, 900), Buffer.from('inserted'), base.subarray(900)]),
        [[900, 900, 900, 908]],
      ],
      ['bytes removed', Buffer.concat([base.subarray(0, 900), base.subarray(1000)]), [[900, 1000, 900, 900]]],
      ['bytes at the end', Buffer.concat([base, Buffer.from('end')]), [[100_000, 100_000, 100_000, 100_003]]],
    ];
  for (const [what, rebuilt, ranges] of cases) {
    it(`are the smallest: ${what}`, () => {
      const found = rangesOf(base, rebuilt).ranges.map((each) => Object.values(each));
      assert.deepEqual(found, ranges);
    });
  }

  it('are at most as many as were asked for, and a part says that there are more', () => {
    const rebuilt = Buffer.from(base);
    for (let at = 0; at < rebuilt.length; at += 1000) rebuilt[at]! ^= 1;
    const { ranges, complete } = rangesOf(base, rebuilt, 5);
    assert.equal(ranges.length, 5);
    assert.equal(complete, false);
  });
});
