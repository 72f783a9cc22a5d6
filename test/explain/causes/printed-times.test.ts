import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isOfBuild, timesIn } from '../../../src/explain/causes/printed-times.ts';
import { assertLinear } from '../../support/linear.ts';

const noon = Date.UTC(2026, 10, 23, 12, 34, 56) / 1000;
const midnight = Date.UTC(2026, 10, 23) / 1000;

const texts: readonly (readonly [text: string, form: string, seconds: number | undefined])[] = [
  ['2026-11-23 12:34:56', 'iso', noon],
  ['2026-11-23T12:34:56Z', 'iso', noon],
  ['Mon Nov 23 12:34:56 UTC 2026', 'ctime', noon],
  ['Mon Nov 23 12:34:56 2026', 'ctime', noon],
  ['Nov 23 2026 12:34:56', 'c-date-time', noon],
  ['Mon, 23 Nov 2026 12:34:56 +0000', 'rfc-2822', noon],
  ['20261123123456', 'compact', noon],
  ['2026/11/23 12:34:56', 'slashes', noon],
  ['2026-11-23', 'iso-date', midnight],
  ['November 23, 2026', 'c-date', midnight],
  ['23 Nov 2026', 'date', midnight],
  [String(noon), 'epoch', noon],
  [`${noon}.25`, 'epoch', noon],
  [`${noon}250`, 'epoch-milliseconds', noon],
  ['12:34:56', 'time', undefined],
];

const none = [
  '1.2.3',
  '12:34',
  '2026.11.23',
  '99999999999',
  '2026-13-01',
  'deadbeef12345678',
  'a:12:34:56:78',
  '12345',
];

describe('times in texts', () => {
  for (const [text, form, seconds] of texts) {
    it(`are seen in ${text}`, () => {
      const [found, ...more] = timesIn(`built ${text} here`);
      assert.equal(found?.form, form);
      assert.equal(found?.seconds, seconds);
      assert.equal(more.length, 0);
    });
  }

  for (const text of none) {
    it(`are not seen in ${text}`, () => {
      assert.deepEqual(timesIn(text), []);
    });
  }

  for (const unit of ['2026-11-', 'Nov 23 ', '12:34:', '1', '20261123']) {
    it(`are looked for in a time that grows with the text, made to be slow as it is: ${unit}`, () => {
      assertLinear(12_000, (size) => timesIn(unit.repeat(size).slice(0, size)));
    });
  }
});

describe('the time of a build', () => {
  const build = { began: noon, ended: noon + 10 };
  const cases = [
    [{ seconds: noon + 5, ofDay: undefined, precision: 1 }, true],
    [{ seconds: noon - 3600, ofDay: undefined, precision: 1 }, false],
    [{ seconds: noon + 100, ofDay: undefined, precision: 1 }, false],
    [{ seconds: midnight, ofDay: undefined, precision: 86_400 }, true],
    [{ seconds: midnight - 86_400, ofDay: undefined, precision: 86_400 }, false],
    [{ seconds: undefined, ofDay: 12 * 3600 + 34 * 60 + 58, precision: 1 }, true],
    [{ seconds: undefined, ofDay: 13 * 3600, precision: 1 }, false],
  ] as const;
  it('holds what was printed while it ran', () => {
    for (const [time, expected] of cases)
      assert.equal(isOfBuild(time, build), expected, JSON.stringify(time));
  });

  it('goes over midnight', () => {
    const late = { began: midnight - 5, ended: midnight + 5 };
    assert.equal(isOfBuild({ seconds: undefined, ofDay: 3, precision: 1 }, late), true);
    assert.equal(isOfBuild({ seconds: undefined, ofDay: 86_399, precision: 1 }, late), true);
    assert.equal(isOfBuild({ seconds: undefined, ofDay: 600, precision: 1 }, late), false);
  });
});
