import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { mapConcurrently } from '../src/concurrency.ts';

test('results keep the order of the values, whichever is done first', async () => {
  const results = await mapConcurrently([3, 1, 2, 0], 4, async (turns) => {
    for (let turn = 0; turn < turns; turn++) await nextTurn();
    return turns * 10;
  });
  assert.deepEqual(results, [30, 10, 20, 0]);
});

test('no more than the given number run at once', async () => {
  for (const most of [1, 2, 5]) {
    let [running, highest] = [0, 0];
    await mapConcurrently(Array.from({ length: 20 }), most, async () => {
      running += 1;
      highest = Math.max(highest, running);
      await nextTurn();
      running -= 1;
    });
    assert.equal(highest, most);
  }
});

test('no values, and a limit below one, work as well', async () => {
  assert.deepEqual(await mapConcurrently([], 3, async () => 1), []);
  assert.deepEqual(await mapConcurrently([1, 2], 0, async (value) => value), [1, 2]);
});

test('after a failure no further one is begun', async () => {
  const begun: number[] = [];
  const run = mapConcurrently([0, 1, 2, 3, 4, 5], 2, async (value) => {
    begun.push(value);
    await nextTurn();
    if (value === 0) throw new Error('first');
    await nextTurn();
  });
  await assert.rejects(run, { message: 'first' });
  for (let turn = 0; turn < 5; turn++) await nextTurn();
  assert.deepEqual(begun, [0, 1]);
});
