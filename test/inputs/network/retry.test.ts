import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Again, withRetries } from '../../../src/inputs/network/retry.ts';

class Lasting extends Error {}
class Momentary extends Error {}
class Progress extends Error {}

/** Does what each name says in turn, and repeats the last one. */
async function run(attempts: number, ...turns: readonly ('lasting' | 'momentary' | 'progress' | 'done')[]) {
  let made = 0;
  const exchange = async () => {
    const turn = turns[Math.min(made, turns.length - 1)];
    made += 1;
    if (turn === 'lasting') throw new Lasting();
    if (turn === 'momentary') throw new Momentary();
    if (turn === 'progress') throw new Progress();
    return 'done';
  };
  const judge = (failure: unknown): Again => {
    if (failure instanceof Lasting) throw failure;
    return { progressed: failure instanceof Progress, waitMilliseconds: 0 };
  };
  const givenUp = (failure: unknown) => new Error('given up', { cause: failure });
  const patience = { attempts, backoffMilliseconds: 1, signal: new AbortController().signal };
  const result = await withRetries(exchange, { judge, givenUp }, patience).catch((failure: Error) =>
    failure instanceof Lasting ? 'lasting' : failure.message,
  );
  return { result, made };
}

describe('an exchange that is tried again', () => {
  const cases: readonly (readonly [string, Awaited<ReturnType<typeof run>>, Parameters<typeof run>])[] = [
    ['gives what the first attempt gives', { result: 'done', made: 1 }, [3, 'done']],
    [
      'goes on after a failure of a moment',
      { result: 'done', made: 3 },
      [3, 'momentary', 'momentary', 'done'],
    ],
    ['ends after so many attempts that bring nothing', { result: 'given up', made: 3 }, [3, 'momentary']],
    [
      'ends at once where there is no use in another',
      { result: 'lasting', made: 2 },
      [3, 'momentary', 'lasting'],
    ],
    [
      'counts from the last attempt that brought something',
      { result: 'given up', made: 5 },
      [2, 'momentary', 'progress', 'progress', 'momentary', 'momentary', 'done'],
    ],
    ['ends at last even where each brings something', { result: 'given up', made: 100 }, [2, 'progress']],
  ];
  for (const [what, expected, turns] of cases) {
    it(what, async () => assert.deepEqual(await run(...turns), expected));
  }

  it('waits no longer than its run lasts', async () => {
    const controller = new AbortController();
    const exchange = () => Promise.reject(new Momentary());
    const judge = () => {
      setImmediate(() => controller.abort());
      return { waitMilliseconds: 2 ** 30 };
    };
    const patience = { attempts: 3, backoffMilliseconds: 1, signal: controller.signal };
    await assert.rejects(withRetries(exchange, { judge, givenUp: (failure) => failure }, patience), {
      name: 'AbortError',
    });
  });
});
