import assert from 'node:assert/strict';
import { it } from 'node:test';
import { frontSeeds, fuzzFront } from './support/front-fuzz.ts';

/** How many, and the number of the first: a run can be done in pieces. */
const inputs = Number(process.env['FUZZ_INPUTS'] ?? 1_000_000);
const first = Number(process.env['FUZZ_FIRST'] ?? 0);

it(`${inputs} changed packages are read from file to claim without a crash`, async (test) => {
  const { crashes, slowest, claims, failures } = await fuzzFront(await frontSeeds(), inputs, first);
  test.diagnostic(
    `slowest: input ${slowest.input} of ${slowest.seed}, ${Math.round(slowest.milliseconds)} ms; ${claims} claims were read`,
  );
  test.diagnostic([...failures].map(([code, count]) => `${code} ${count}`).join(', '));
  assert.deepEqual(crashes.slice(0, 20), []);
});
