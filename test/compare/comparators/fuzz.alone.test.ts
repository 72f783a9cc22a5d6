import { describe, it } from 'node:test';
import { fuzzedFormats, fuzzFormat } from '../../support/comparator-fuzz.ts';

const casesOfEach = 150;

describe('comparators on damaged contents', () => {
  for (const format of fuzzedFormats) {
    it(`${format}: only parts, within the limits`, () => fuzzFormat(format, casesOfEach, 1));
  }
});
