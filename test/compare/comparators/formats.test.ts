import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compareContent, knownFormats } from '../../../src/compare/comparators/comparators.ts';
import { defaultCompareLimits } from '../../../src/compare/compare-limits.ts';
import { type FormatName, formatTitles } from '../../../src/compare/part.ts';
import { samples } from '../../support/samples.ts';

describe('the comparators', () => {
  it('are one for each format', () => {
    assert.deepEqual(knownFormats.map(({ format }) => format).sort(), Object.keys(formatTitles).sort());
  });

  it('end with the one that knows no format', () => {
    assert.equal(knownFormats.at(-1)?.format, 'binary');
  });

  it('are asked for wherever they know a content', async () => {
    for (const known of knownFormats) {
      const { format, matches } = await known.load();
      assert.equal(format, known.format);
      for (const { path, published, rebuilt } of Object.values(samples))
        if (matches(published, rebuilt, path)) assert.ok(known.may(published, path), `${format}: ${path}`);
    }
  });

  for (const [format, { path, published, rebuilt, planted }] of Object.entries(samples)) {
    it(`find everything that was planted in ${format}`, async () => {
      const parts = await compareContent(path, published, rebuilt, defaultCompareLimits);
      const text = JSON.stringify(parts);
      assert.ok(text.includes(`"format":"${format}"`), text);
      for (const each of planted) assert.ok(text.includes(each), `${each} in ${text}`);
    });

    it(`find nothing between two equal contents of ${format}`, async () => {
      assert.deepEqual(await compareContent(path, published, published, defaultCompareLimits), []);
    });

    it(`give the same parts for ${format} each time, and also with the sides swapped`, async () => {
      const [first, again] = [
        await compareContent(path, published, rebuilt, defaultCompareLimits),
        await compareContent(path, published, rebuilt, defaultCompareLimits),
      ];
      assert.deepEqual(first, again);
      assert.notEqual((await compareContent(path, rebuilt, published, defaultCompareLimits)).length, 0);
    });
  }

  it('say that nothing more was planted than the formats know of', async () => {
    for (const [format, { path, published, rebuilt }] of Object.entries(samples)) {
      if (format === 'binary') continue;
      const parts = await compareContent(path, published, rebuilt, defaultCompareLimits);
      const top = parts.map((part): FormatName => part.format);
      assert.ok(!top.includes('binary'), `${format}: ${JSON.stringify(parts)}`);
    }
  });
});
