import { describe, it } from 'node:test';
import { fuzzedFormats, fuzzFormat } from '../../support/comparator-fuzz.ts';

/** All formats together: 100,000. */
const casesOfEach = Math.ceil(100_000 / fuzzedFormats.length);

describe('comparators on 100,000 damaged contents', () => {
  for (const format of fuzzedFormats) {
    it(`${format}: nothing but parts, within bounds`, () => fuzzFormat(format, casesOfEach, 1_000_000));
  }
});
