import assert from 'node:assert/strict';
import { test } from 'node:test';
import { paired } from '../src/lists.ts';

test('lists are paired value by value, and only where neither is longer', () => {
  assert.deepEqual(paired([1, 2], ['a', 'b']), [
    [1, 'a'],
    [2, 'b'],
  ]);
  assert.deepEqual(paired([], []), []);
  assert.throws(() => paired([1], []), RangeError);
  assert.throws(() => paired([], ['a']), RangeError);
});
