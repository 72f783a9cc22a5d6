import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { alignLists, alignWords, type Run } from '../../../src/compare/comparators/alignment.ts';

const free = { spend: () => undefined };
const items = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 60 });

/** The rebuilt list, made of the published one and the runs. */
function applied(published: readonly string[], rebuilt: readonly string[], runs: readonly Run[]): string[] {
  const result: string[] = [];
  let at = 0;
  for (const run of runs) {
    result.push(
      ...published.slice(at, run.publishedStart),
      ...rebuilt.slice(run.rebuiltStart, run.rebuiltEnd),
    );
    at = run.publishedEnd;
  }
  return [...result, ...published.slice(at)];
}

describe('the alignment of lists', () => {
  for (const edits of [0, 3, 1000]) {
    it(`leads from the published list to the rebuilt one within ${edits} edits or by anchors`, () => {
      fc.assert(
        fc.property(items, items, (published, rebuilt) => {
          const runs = alignLists(published, rebuilt, edits, free);
          assert.deepEqual(applied(published, rebuilt, runs), rebuilt);
        }),
      );
    });
  }

  it('aligns by what both have once where there are too many edits', () => {
    const published = Array.from({ length: 3000 }, (_, at) =>
      at % 10 === 0 ? `anchor ${at}` : `published ${at}`,
    );
    const rebuilt = published.map((line) => line.replace('published', 'rebuilt'));
    const runs = alignLists(published, rebuilt, 100, free);
    assert.equal(runs.length, 300);
    assert.ok(runs.every(({ publishedStart, publishedEnd }) => publishedEnd - publishedStart === 9));
  });

  it('costs nothing beyond reading where two long lists have nothing in common', () => {
    const list = (word: string) => Array.from({ length: 100_000 }, (_, at) => `${word} ${at}`);
    let steps = 0;
    const runs = alignLists(list('a'), list('b'), 500, { spend: (count) => (steps += count) });
    assert.equal(runs.length, 1);
    assert.ok(steps <= 200_000);
  });

  it('marks the words of a line that differ', () => {
    const [left, right] = alignWords('built on 2024-01-01 by a', 'built on 2024-01-02 by a', free);
    assert.deepEqual(
      left.filter(({ changed }) => changed),
      [{ text: '01', changed: true }],
    );
    assert.deepEqual(
      right.filter(({ changed }) => changed),
      [{ text: '02', changed: true }],
    );
  });

  it('loses no character of a line, however long', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 5000 }), fc.string({ maxLength: 5000 }), (published, rebuilt) => {
        const [left, right] = alignWords(published, rebuilt, free);
        assert.equal(left.map(({ text }) => text).join(''), published);
        assert.equal(right.map(({ text }) => text).join(''), rebuilt);
      }),
      { numRuns: 30 },
    );
  });
});
