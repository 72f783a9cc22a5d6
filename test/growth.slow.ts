import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dimensions, growthOf } from './support/growth.ts';

/** Four times as much of one thing takes four times as long, or sixteen times where each is compared with each other. */
const [factor, most] = [4, 10];

describe(`${factor} times as much takes less than ${most} times as long`, () => {
  for (const dimension of dimensions) {
    it(dimension.name, async () => {
      const { once, more, ratio } = await growthOf(dimension, factor, 5);
      assert.ok(ratio < most, `${once.toFixed(0)} ms, then ${more.toFixed(0)} ms`);
    });
  }
});
