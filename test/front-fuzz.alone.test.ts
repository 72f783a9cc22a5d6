import assert from 'node:assert/strict';
import { it } from 'node:test';
import { frontSeeds, fuzzFront } from './support/front-fuzz.ts';

it('changed packages are read from file to claim without a crash, and many of them to their claim', async () => {
  const { crashes, claims } = await fuzzFront(await frontSeeds(), 450, 50_000_000);
  assert.deepEqual(crashes, []);
  assert.ok(claims > 45, String(claims));
});
