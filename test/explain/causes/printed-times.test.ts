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
  ['23 Nov 2026', 'day-month-name', midnight],
  [String(noon), 'epoch', noon],
  [`${noon}.25`, 'epoch', noon],
  [`${noon}250`, 'epoch-milliseconds', noon],
  ['12:34:56', 'time', undefined],
  ['2026-11-23T12:34:56.123456789Z', 'iso', noon],
  ['2026-11-23T13:34:56+01:00', 'iso', noon],
  ['2026-11-23_12-34-56', 'iso', noon],
  ['Mon Nov 23 12:34:56 PM UTC 2026', 'ctime', noon],
  ['Mo 23. Nov 12:34:56 CET 2026', 'date-ctime', noon],
  ['Nov 23, 2026, 12:34:56 PM', 'c-date-time', noon],
  ['Mon, 23 Nov 2026 13:34:56 +0100', 'rfc-2822', noon],
  ['Monday, 23-Nov-26 12:34:56 UTC', 'rfc-850', noon],
  ['23.11.2026 um 12:34', 'dots with a time of day', noon - 56],
  ['23.11.2026', 'dots', midnight],
  ['23. November 2026', 'day-month-name', midnight],
  ['23 novembre 2026', 'day-month-name', midnight],
  ['23 de noviembre de 2026', 'day-month-name', midnight],
  ['23 ноября 2026', 'day-month-name', midnight],
  ['2026年11月23日', 'east-asian', midnight],
  ['2026年 11月 23日 月曜日 12:34:56 JST', 'east-asian with a time of day', noon],
  ['11/23/26 12:34 PM', 'us with a time of day', noon - 56],
  ['11/23/2026', 'us', midnight],
  ['23/11/2026', 'european', midnight],
  ['2026-327', 'day-of-year', midnight],
  ['2026-W48-1', 'week', midnight],
  ['Nov 2026', 'month-year', Date.UTC(2026, 10, 1) / 1000],
  ['261123123456', 'compact-two-digit', noon],
  ['20261123T1234', 'compact-short', noon - 56],
  ['20261123', 'compact-date', midnight],
  [`0x${noon.toString(16)}`, 'epoch-hexadecimal', noon],
  [`${noon}250000`, 'epoch-microseconds', noon],
  [`${noon}250000000`, 'epoch-nanoseconds', noon],
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
  'CVE-2024-0651',
  'a.2024-065',
  '1.2.20261123.4',
  'v20261123beef',
  '0x08048000',
  '0x7fffe000beef',
  'a1700000000f',
  '10.0.2024.1',
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

  for (const unit of [
    '2026-11-',
    'Nov 23 ',
    '12:34:',
    '1',
    '20261123',
    '23. ',
    '2026年',
    '1/1/',
    'a:b:19000:',
  ]) {
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
