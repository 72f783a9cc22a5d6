import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  finishSet,
  type Hash64,
  hashDigits,
  hashField,
  hashOne,
  hashStruct,
  hashText,
  parseDigits,
} from '../../../src/emit/sbom/production/hash.ts';
import { beforeFinish, beforeOne, lastValues } from '../../../src/inference/production/inverse.ts';

const hash = fc.bigInt(0n, 2n ** 64n - 1n).map((value) => parseDigits(value.toString(16).padStart(16, '0')));
const has = (list: readonly Hash64[], value: Hash64) =>
  assert.ok(list.map(hashDigits).includes(hashDigits(value)));

describe('the inverse of the structure hash', () => {
  it('gives everything that has a hash, and what was hashed among it', () => {
    fc.assert(
      fc.property(hash, (value) => {
        const found = beforeOne(hashOne(value));
        has(found, value);
        for (const each of found) assert.deepEqual(hashOne(each), hashOne(value));
      }),
      { numRuns: 40 },
    );
  });

  it('gives the value of the last field of a struct', () => {
    fc.assert(
      fc.property(hash, hash, (first, last) => {
        const fields = [hashField('First', first)];
        const whole = hashStruct('Thing', [...fields, hashField('Last', last)]);
        const found = lastValues({ type: 'Thing', fields, last: hashText('Last') }, whole);
        has(found, last);
        for (const each of found) {
          assert.deepEqual(hashStruct('Thing', [...fields, hashField('Last', each)]), whole);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('gives the elements of a list of either generation, joined', () => {
    fc.assert(
      fc.property(hash, (joined) => {
        for (const generation of [0, 1] as const) {
          has(beforeFinish(finishSet(joined, generation), generation), joined);
        }
      }),
      { numRuns: 20 },
    );
  });
});
