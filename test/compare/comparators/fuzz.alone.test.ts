import { describe, it } from 'node:test';
import { fuzzedFormats, fuzzFormat } from '../../support/comparator-fuzz.ts';

const casesOfEach = 100;

describe('comparators on damaged contents', () => {
  for (const format of fuzzedFormats) {
    it(`${format}: only parts, within the limits`, () => fuzzFormat(format, casesOfEach, 1));
  }
});
