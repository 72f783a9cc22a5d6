import { describe, it } from 'node:test';
import { fuzzedFormats, fuzzFormat } from '../../support/comparator-fuzz.ts';

const casesOfEach = 150;

describe('comparators on damaged contents', () => {
  for (const format of fuzzedFormats) {
    it(`${format}: nothing but parts, within bounds`, () => fuzzFormat(format, casesOfEach, 1));
  }
});
