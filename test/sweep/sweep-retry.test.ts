import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type AttemptClass, attemptClasses } from '../../src/sweep/attempt.ts';
import { decideRetry } from '../../src/sweep/sweep-retry.ts';

function after(...classes: readonly AttemptClass[]) {
  return decideRetry(classes.map((each, at) => ({ class: each, worker: `worker ${at}` })));
}

describe('what follows an attempt', () => {
  it('is the first attempt where there was none', () => {
    assert.deepEqual(after(), { kind: 'again', after: 0, notBy: undefined });
  });

  // The number of attempts of one class alone after which a job is final.
  const attempts: Readonly<Record<AttemptClass, number>> = {
    settled: 1,
    'build-failed': 2,
    memory: 2,
    disk: 2,
    time: 2,
    network: 6,
    'environment-unavailable': 1,
    inconclusive: 1,
    'worker-lost': 4,
    'worker-unfit': 4,
    internal: 1,
    cancelled: Number.POSITIVE_INFINITY,
  };
  for (const each of attemptClasses)
    it(`is nothing more after ${attempts[each]} of the class ${each}`, () => {
      const most = Math.min(attempts[each], 5000);
      assert.equal(after(...Array<AttemptClass>(most - 1).fill(each), each).kind === 'final', most < 5000);
      if (most > 1) assert.equal(after(...Array<AttemptClass>(most - 1).fill(each)).kind, 'again');
    });

  it('counts each class by itself', () => {
    assert.equal(after('memory', 'network', 'worker-lost', 'disk').kind, 'again');
    assert.equal(after('memory', 'network', 'memory').kind, 'final');
    assert.equal(after('network', 'build-failed', 'network', 'settled').kind, 'final');
  });

  it('waits a minute for the network, then twice as long each time', () => {
    const waits = [1, 2, 3, 4, 5].map((count) => {
      const retry = after(...Array<AttemptClass>(count).fill('network'));
      return retry.kind === 'again' ? retry.after / 60_000 : undefined;
    });
    assert.deepEqual(waits, [1, 2, 4, 8, 16]);
  });

  it('is for a different worker where the last one may be the reason', () => {
    assert.deepEqual(after('network', 'build-failed'), { kind: 'again', after: 0, notBy: 'worker 1' });
    assert.deepEqual(after('memory'), { kind: 'again', after: 0, notBy: undefined });
  });
});
