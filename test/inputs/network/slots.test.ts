/** Limits on what is done with a host at once. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Slots } from '../../../src/inputs/network/slots.ts';
import { processorMilliseconds } from '../../support/processor-time.ts';

describe('slots', () => {
  it('are given to those who wait in the order in which they came, for each host by itself', async () => {
    const slots = new Slots(2);
    const began: string[] = [];
    const take = async (name: string, host: string) => {
      const done = await slots.take(host);
      began.push(name);
      return done;
    };
    const first = await Promise.all([take('a1', 'a'), take('a2', 'a')]);
    const waiting = ['a3', 'a4', 'a5'].map((name) => take(name, 'a'));
    await take('b1', 'b');
    assert.deepEqual(began, ['a1', 'a2', 'b1']);
    first[0]!();
    first[0]!();
    const late = take('a6', 'a');
    (await waiting[0]!)();
    (await waiting[1]!)();
    (await waiting[2]!)();
    await late;
    assert.deepEqual(began, ['a1', 'a2', 'b1', 'a3', 'a4', 'a5', 'a6']);
  });

  it('cost the same for each of those who wait, however many they are', async () => {
    const milliseconds = async (count: number) => {
      const slots = new Slots(1);
      const begin = processorMilliseconds();
      await Promise.all(Array.from({ length: count }, async () => (await slots.take(''))()));
      return processorMilliseconds() - begin;
    };
    await milliseconds(5_000);
    const [few, many] = [await milliseconds(5_000), await milliseconds(100_000)];
    assert.ok(many < 100 * few, `${few} ms for 5,000 and ${many} ms for 100,000`);
  });
});
