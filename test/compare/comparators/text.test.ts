import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { compareContent } from '../../../src/compare/comparators/comparators.ts';
import { differingLines, readText } from '../../../src/compare/comparators/text-encoding.ts';
import { defaultCompareLimits } from '../../../src/compare/compare-limits.ts';

const content = fc
  .array(fc.constantFrom('', 'a', 'b', 'ä'), { maxLength: 30 })
  .map((lines) => lines.join('\n'));

describe('the lines in which two texts differ', () => {
  it('lie between a common start and a common end', () => {
    fc.assert(
      fc.property(content, content, fc.integer({ min: 0, max: 4 }), (published, rebuilt, context) => {
        const [left, right] = [readText(Buffer.from(published))!, readText(Buffer.from(rebuilt))!];
        const { published: a, rebuilt: b, before } = differingLines(left, right, context);
        const lines = (text: string) => (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
        const [c, d] = [lines(published), lines(rebuilt)];
        assert.deepEqual(c.slice(0, before), d.slice(0, before));
        assert.deepEqual(c.slice(before, before + a.length).join('\n'), a.join('\n'));
        assert.deepEqual(d.slice(before, before + b.length).join('\n'), b.join('\n'));
        assert.deepEqual(c.slice(before + a.length), d.slice(before + b.length));
      }),
      { numRuns: 1000 },
    );
  });

  it('have the numbers that they have in the whole text', async () => {
    const lines = Array.from({ length: 10_000 }, (_, at) => `line ${at + 1}`);
    const text = (word: string) => Buffer.from(lines.with(7000, word).join('\n'));
    const parts = await compareContent('a.txt', text('one'), text('two'), defaultCompareLimits);
    const hunk = parts[0]?.lines?.[0];
    assert.equal(hunk?.publishedStart, 6998);
    assert.equal(hunk?.lines[0]?.pieces[0]?.text, 'line 6998');
    assert.equal(hunk?.lines.length, 8);
  });

  it('keep bytes of an older encoding recognisable', async () => {
    const text = (byte: number) =>
      Buffer.concat([Buffer.from('Gr'), Buffer.from([byte]), Buffer.from('n is a word\n')]);
    const parts = await compareContent('a.txt', text(0xfc), text(0xe9), defaultCompareLimits);
    assert.ok(JSON.stringify(parts).includes('\\udcfc'));
  });
});
